package io.thunderhead.coordinator.admin;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.ExpertLoad;
import io.thunderhead.coordinator.schedule.RequestState;
import io.thunderhead.core.id.NodeId;
import java.util.Collection;
import java.util.List;

/// The node as its operators see and steer it. Thread-safe; answers at once.
public interface AdminView {
    Snapshot snapshot();

    /// What is waited for before requests can be served; empty = ready.
    List<Gap> missing();

    /// Plans in force since this coordinator started, the newest first.
    List<PlanChange> changes();

    Dimensions dimensions();

    List<RequestState> requests();

    /// Ends every sequence of that request; its client gets CANCELLED. Returns whether there was one.
    boolean cancel(String requestId);

    /// Leaves the worker out of plans, or no longer. Takes effect with the next plan.
    void drain(NodeId worker, boolean drained);

    /// What experts computed, by worker; some seconds old.
    Collection<ExpertLoad> loads();

    record Gap(String what, String why) {}

    record Dimensions(int layers, int experts) {}

    record PlanChange(long epoch, String reason, long atMillis) {}
}
