package io.thunderhead.coordinator.grpc;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;

/// The cluster as clients are told about it. Thread-safe; answers at once.
public interface ClusterView {
    Readiness readiness();

    Snapshot snapshot();

    /// @param ready whether requests are taken
    /// @param words "ready", or what is waited for and of whom
    record Readiness(boolean ready, String words) {}
}
