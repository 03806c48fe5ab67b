package io.thunderhead.coordinator.admin;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.coordinator.admin.AdminView.Dimensions;
import io.thunderhead.coordinator.admin.AdminView.Gap;
import io.thunderhead.coordinator.admin.AdminView.PlanChange;
import io.thunderhead.coordinator.openai.Json;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;

/// The body of `GET /admin/api/cluster`.
public record ClusterReport(Snapshot cluster, List<Gap> missing, Dimensions model, List<PlanChange> changes) {
    public byte[] json() {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeBooleanProperty("ready", missing.isEmpty());
            writeMissing(json);
            json.writeStringProperty(
                    "leader", cluster.leader().map(Object::toString).orElse(null));
            json.writeObjectPropertyStart("model");
            json.writeNumberProperty("layers", model.layers());
            json.writeNumberProperty("experts", model.experts());
            json.writeEndObject();
            json.writeArrayPropertyStart("nodes");
            cluster.nodes().forEach(node -> writeNode(json, node));
            json.writeEndArray();
            cluster.plan().ifPresent(plan -> writePlan(json, plan));
            writeChanges(json);
            json.writeEndObject();
        });
    }

    private void writeMissing(JsonGenerator json) {
        json.writeArrayPropertyStart("missing");
        for (Gap gap : missing) {
            json.writeStartObject();
            json.writeStringProperty("what", gap.what());
            json.writeStringProperty("why", gap.why());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeNode(JsonGenerator json, NodeInfo node) {
        json.writeStartObject();
        json.writeStringProperty("id", node.id().value());
        json.writeStringProperty("role", node.role().toString());
        json.writeStringProperty("address", node.address().toString());
        json.writeStringProperty("host", node.hostName());
        json.writeStringProperty("device", node.device());
        json.writeNumberProperty("memory_bytes", node.memoryBytes());
        json.writeBooleanProperty("drained", cluster.drained().contains(node.id()));
        cluster.status(node.id()).ifPresent(status -> {
            json.writeBooleanProperty("ready", status.ready());
            json.writeBooleanProperty("draining", status.draining());
            json.writeNumberProperty("loaded_bytes", status.loadedBytes());
            json.writeNumberProperty("total_bytes", status.totalBytes());
            json.writeStringProperty("detail", status.detail());
        });
        json.writeEndObject();
    }

    private static void writePlan(JsonGenerator json, Plan plan) {
        json.writeObjectPropertyStart("plan");
        json.writeNumberProperty("epoch", plan.epoch());
        json.writeStringProperty("reason", plan.reason());
        json.writeArrayPropertyStart("stages");
        for (Plan.Stage stage : plan.stages()) {
            json.writeStartObject();
            json.writeStringProperty("node", stage.worker().value());
            json.writeNumberProperty("first_layer", stage.layers().first());
            json.writeNumberProperty("end_layer", stage.layers().end());
            json.writeNumberProperty("sequence_slots", stage.sequenceSlots());
            json.writeNumberProperty("kv_pages", stage.kvPages());
            json.writeNumberProperty("weight_bytes", stage.weightBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("holders");
        plan.experts().forEach(holder -> writeHolder(json, holder));
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeHolder(JsonGenerator json, Plan.ExpertHolder holder) {
        json.writeStartObject();
        json.writeStringProperty("node", holder.worker().value());
        json.writeNumberProperty("weight_bytes", holder.weightBytes());
        json.writeObjectPropertyStart("layers");
        new TreeMap<>(holder.expertsByLayer()).forEach((layer, experts) -> {
            json.writeArrayPropertyStart(layer.toString());
            experts.forEach(json::writeNumber);
            json.writeEndArray();
        });
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeChanges(JsonGenerator json) {
        json.writeArrayPropertyStart("changes");
        for (PlanChange change : changes) {
            json.writeStartObject();
            json.writeNumberProperty("epoch", change.epoch());
            json.writeStringProperty("reason", change.reason());
            json.writeNumberProperty("at_millis", change.atMillis());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
