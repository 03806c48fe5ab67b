package io.thunderhead.coordinator.grpc;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.LayerRange;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A cluster of one attention worker and one expert worker, as ready as the test says.
final class TestCluster implements ClusterView {
    private volatile Readiness readiness = new Readiness(true, "ready");

    void readiness(boolean ready, String words) {
        readiness = new Readiness(ready, words);
    }

    @Override
    public Readiness readiness() {
        return readiness;
    }

    @Override
    public Snapshot snapshot() {
        NodeId attention = new NodeId("attention-0");
        NodeId expert = new NodeId("expert-0");
        Plan plan = new Plan(
                7,
                "f",
                List.of(new Plan.Stage(attention, new LayerRange(0, 2), 4, 64, 1000)),
                List.of(new Plan.ExpertHolder(expert, Map.of(1, List.of(0, 2), 0, List.of(0, 1)), 2000)),
                "first plan");
        return new Snapshot(
                Optional.empty(),
                List.of(node(attention, NodeRole.ATTENTION_WORKER), node(expert, NodeRole.EXPERT_WORKER)),
                List.of(new NodeStatus(expert, "1", 7, 500, 2000, false, false, "loading layer 1")),
                Optional.of(plan));
    }

    private static NodeInfo node(NodeId id, NodeRole role) {
        return new NodeInfo(id, "1", role, new HostPort("localhost", 5000), 1 << 20, "cpu", "host", "f");
    }
}
