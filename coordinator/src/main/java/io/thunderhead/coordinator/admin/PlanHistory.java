package io.thunderhead.coordinator.admin;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.coordinator.admin.AdminView.PlanChange;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Remembers the last plans that came into force. Thread-safe.
public final class PlanHistory {
    private static final int CHANGES_MAX = 20;

    private final InstantSource clock;
    private final Deque<PlanChange> newestFirst = new ArrayDeque<>();

    public PlanHistory(InstantSource clock) {
        this.clock = clock;
    }

    public synchronized void see(Snapshot snapshot) {
        snapshot.plan().ifPresent(plan -> {
            PlanChange newest = newestFirst.peekFirst();
            if (newest == null || newest.epoch() != plan.epoch()) {
                newestFirst.addFirst(new PlanChange(
                        plan.epoch(), plan.reason(), clock.instant().toEpochMilli()));
                if (newestFirst.size() > CHANGES_MAX) {
                    newestFirst.removeLast();
                }
            }
        });
    }

    public synchronized List<PlanChange> changes() {
        return List.copyOf(newestFirst);
    }
}
