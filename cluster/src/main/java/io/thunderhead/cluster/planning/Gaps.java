package io.thunderhead.cluster.planning;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// What of a plan nobody serves now.
final class Gaps {
    private final Snapshot snapshot;
    private final Plan plan;
    private final ModelConfig model;
    private final List<String> found = new ArrayList<>();

    Gaps(Snapshot snapshot, Plan plan, ModelConfig model) {
        this.snapshot = snapshot;
        this.plan = plan;
        this.model = model;
    }

    List<String> all() {
        BitSet layers = new BitSet();
        plan.stages().forEach(stage -> addStage(stage, layers));
        for (int layer = layers.nextClearBit(0); layer < model.layerCount(); layer = layers.nextClearBit(layer)) {
            int end = layers.nextSetBit(layer);
            LayerRange unplaced = new LayerRange(layer, end < 0 ? model.layerCount() : end);
            found.add("layers " + unplaced + ": placed nowhere");
            layers.set(unplaced.first(), unplaced.end());
        }
        addExperts();
        return found;
    }

    private void addStage(Plan.Stage stage, BitSet layers) {
        layers.set(stage.layers().first(), stage.layers().end());
        if (!serves(stage.worker())) {
            found.add("layers " + stage.layers() + ": " + state(stage.worker()));
        }
    }

    /// An expert on two workers is missing only if neither serves it.
    private void addExperts() {
        BitSet served = new BitSet();
        BitSet placed = new BitSet();
        for (Plan.ExpertHolder holder : plan.experts()) {
            BitSet held = held(holder);
            placed.or(held);
            if (serves(holder.worker())) {
                served.or(held);
            }
        }
        for (Plan.ExpertHolder holder : plan.experts()) {
            BitSet gap = held(holder);
            gap.andNot(served);
            if (!gap.isEmpty()) {
                found.add(describe(gap) + ": " + state(holder.worker()));
            }
        }
        BitSet unplaced = new BitSet();
        unplaced.set(0, model.layerCount() * model.expertCount());
        unplaced.andNot(placed);
        if (!unplaced.isEmpty()) {
            found.add(describe(unplaced) + ": placed nowhere");
        }
    }

    /// Bit `layer * expertCount + expert`.
    private BitSet held(Plan.ExpertHolder holder) {
        BitSet held = new BitSet();
        holder.expertsByLayer()
                .forEach((layer, experts) -> experts.forEach(expert -> held.set(layer * model.expertCount() + expert)));
        return held;
    }

    private String describe(BitSet experts) {
        int first = experts.nextSetBit(0) / model.expertCount();
        int last = experts.previousSetBit(model.layerCount() * model.expertCount()) / model.expertCount();
        String layers = first == last ? "layer " + first : "layers " + first + ".." + last;
        return "%d experts of %s".formatted(experts.cardinality(), layers);
    }

    private boolean serves(NodeId worker) {
        return snapshot.status(worker)
                .filter(status -> status.ready() && status.planEpoch() == plan.epoch())
                .isPresent();
    }

    private String state(NodeId worker) {
        if (snapshot.node(worker).isEmpty()) {
            return worker + " is not there";
        }
        return snapshot.status(worker).map(this::progress).orElse(worker + " has not reported yet");
    }

    private String progress(NodeStatus status) {
        String detail = status.detail().isEmpty() ? "" : " (" + status.detail() + ")";
        if (status.planEpoch() != plan.epoch()) {
            return "%s is at plan epoch %d of %d%s".formatted(status.id(), status.planEpoch(), plan.epoch(), detail);
        }
        long percent = status.totalBytes() == 0 ? 0 : 100 * status.loadedBytes() / status.totalBytes();
        return "%s has loaded %d %%%s".formatted(status.id(), percent, detail);
    }
}
