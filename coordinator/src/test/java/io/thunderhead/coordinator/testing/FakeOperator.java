package io.thunderhead.coordinator.testing;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.ExpertLoad;
import io.thunderhead.coordinator.admin.AdminView;
import io.thunderhead.coordinator.schedule.RequestState;
import io.thunderhead.coordinator.schedule.RequestState.Phase;
import io.thunderhead.core.id.NodeId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A small cluster, a plan, and one request called `r-1`, which may be cancelled.
public final class FakeOperator implements AdminView {
    private volatile boolean cancelled;
    private volatile Set<NodeId> drained = Set.of();

    @Override
    public Snapshot snapshot() {
        FakeCluster cluster = new FakeCluster();
        cluster.ready(FakeCluster.plan(7, 2, 4, 10));
        Snapshot plain = cluster.snapshot();
        return new Snapshot(plain.leader(), plain.nodes(), plain.statuses(), plain.plan(), drained);
    }

    @Override
    public List<Gap> missing() {
        return List.of();
    }

    @Override
    public List<PlanChange> changes() {
        return List.of(new PlanChange(7, "test", 1000));
    }

    @Override
    public Dimensions dimensions() {
        return new Dimensions(2, 4);
    }

    @Override
    public List<RequestState> requests() {
        return cancelled
                ? List.of()
                : List.of(new RequestState(
                        1,
                        "r-1",
                        "someone",
                        Phase.READING,
                        Duration.ofSeconds(2).toNanos(),
                        600,
                        512,
                        0,
                        10,
                        1));
    }

    @Override
    public boolean cancel(String requestId) {
        cancelled = requestId.equals("r-1");
        return cancelled;
    }

    @Override
    public void drain(NodeId worker, boolean wanted) {
        drained = wanted ? Set.of(worker) : Set.of();
    }

    /// Of two workers: the first expert of layer 1 computed three rows, the last five.
    @Override
    public Collection<ExpertLoad> loads() {
        return List.of(
                new ExpertLoad(Map.of(1, List.of(3L, 0L, 0L, 1L))), new ExpertLoad(Map.of(1, List.of(0L, 0L, 0L, 4L))));
    }
}
