package io.thunderhead.coordinator.admin;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.coordinator.openai.ApiCall;
import io.thunderhead.coordinator.openai.Endpoint;
import io.thunderhead.coordinator.openai.Fields;
import io.thunderhead.coordinator.openai.Json;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /admin/api/drain` and `undrain`: takes a worker out of the plan, or lets plans use it again. Throws NOT_FOUND
/// where there is no such node, INVALID_REQUEST for a coordinator, and for the last worker of its role.
///
/// @param drained what the node is afterwards
public record DrainEndpoint(AdminView view, boolean drained) implements Endpoint {
    private static final Logger log = LoggerFactory.getLogger(DrainEndpoint.class);

    @Override
    public void answer(ApiCall call) {
        Fields fields = Json.readObject(call.body());
        String name = fields.requiredString("node");
        fields.refuseUnknown(Set.of());
        Snapshot cluster = view.snapshot();
        NodeInfo node = cluster.nodes().stream()
                .filter(each -> each.id().value().equals(name))
                .findFirst()
                .orElseThrow(() -> new ServingException(ErrorCode.NOT_FOUND, "no node '" + name + "' is there"));
        check(node, cluster);
        view.drain(node.id(), drained);
        log.info("audit: {} {} {}", call.client(), drained ? "drained" : "undrained", node.id());
        call.reply(Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("node", name);
            json.writeBooleanProperty("drained", drained);
            json.writeEndObject();
        }));
    }

    private void check(NodeInfo node, Snapshot cluster) {
        if (node.role() == NodeRole.COORDINATOR) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "node: expected a worker, got " + node.id() + ", a coordinator");
        }
        boolean last = cluster.nodes(node.role()).stream()
                .map(NodeInfo::id)
                .allMatch(id -> id.equals(node.id()) || isDrained(id, cluster));
        if (drained && last) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "node: " + node.id() + " is the last " + node.role() + " that plans can use");
        }
    }

    private static boolean isDrained(NodeId id, Snapshot cluster) {
        return cluster.drained().contains(id);
    }
}
