package io.thunderhead.cluster.membership;

import io.thunderhead.core.id.NodeId;

/// How far a worker is with the plan of an epoch.
///
/// @param loadedBytes, totalBytes of its weights under that plan
/// @param ready everything of that epoch is loaded and its lines are up
/// @param detail what it does or waits for, in a few words, for people
public record NodeStatus(
        NodeId id,
        String incarnation,
        long planEpoch,
        long loadedBytes,
        long totalBytes,
        boolean ready,
        boolean draining,
        String detail) {}
