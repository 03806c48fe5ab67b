package io.thunderhead.cluster.planning;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.model.config.ModelConfig;
import java.util.List;
import java.util.Optional;

/// Whether every layer and every expert is held by a live worker that has loaded it under the plan in force.
public sealed interface Readiness {
    record Ready() implements Readiness {}

    /// @param missing one entry a gap, for people: `layers 0..39: attention-0 loads 37 %`
    record NotReady(List<String> missing) implements Readiness {
        public NotReady {
            missing = List.copyOf(missing);
        }
    }

    static Readiness of(Snapshot snapshot, ModelConfig model) {
        Optional<Plan> plan = snapshot.plan();
        List<String> missing =
                plan.isPresent() ? new Gaps(snapshot, plan.get(), model).all() : List.of(whyNoPlan(snapshot));
        return missing.isEmpty() ? new Ready() : new NotReady(missing);
    }

    private static String whyNoPlan(Snapshot snapshot) {
        String workers = "%d attention workers and %d expert workers are there"
                .formatted(
                        snapshot.nodes(NodeRole.ATTENTION_WORKER).size(),
                        snapshot.nodes(NodeRole.EXPERT_WORKER).size());
        return snapshot.leader()
                .map(leader -> "no plan yet from " + leader + ": " + workers)
                .orElse("no plan: no coordinator leads; " + workers);
    }
}
