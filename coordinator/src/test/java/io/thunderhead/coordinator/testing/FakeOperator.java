package io.thunderhead.coordinator.testing;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.coordinator.admin.AdminView;
import io.thunderhead.coordinator.schedule.RequestState;
import io.thunderhead.coordinator.schedule.RequestState.Phase;
import java.time.Duration;
import java.util.List;

/// A small cluster, a plan, and one request called `r-1`, which may be cancelled.
public final class FakeOperator implements AdminView {
    private volatile boolean cancelled;

    @Override
    public Snapshot snapshot() {
        FakeCluster cluster = new FakeCluster();
        cluster.ready(FakeCluster.plan(7, 2, 4, 10));
        return cluster.snapshot();
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
}
