package io.thunderhead.coordinator;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.planning.Readiness;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.NodeMetrics;
import java.util.function.Supplier;

/// What a coordinator sees of the cluster, read when somebody scrapes.
final class ClusterMetrics {
    private ClusterMetrics() {}

    static void read(NodeMetrics metrics, NodeId self, Supplier<Snapshot> cluster, Supplier<Readiness> readiness) {
        metrics.read(Families.NODE_READY, () -> gaps(readiness.get()) == 0 ? 1 : 0);
        metrics.read(Families.CLUSTER_GAPS, () -> gaps(readiness.get()));
        metrics.read(
                Families.PLAN_EPOCH,
                () -> cluster.get().plan().map(plan -> plan.epoch()).orElse(0L));
        metrics.read(
                Families.LEADER,
                () -> cluster.get().leader().filter(self::equals).isPresent() ? 1 : 0);
        metrics.readAll(Families.CLUSTER_NODES, readings -> {
            Snapshot seen = cluster.get();
            for (NodeRole role : NodeRole.values()) {
                readings.value(seen.nodes(role).size(), role.toString());
            }
        });
    }

    private static int gaps(Readiness readiness) {
        return switch (readiness) {
            case Readiness.Ready() -> 0;
            case Readiness.NotReady(var missing) -> missing.size();
        };
    }
}
