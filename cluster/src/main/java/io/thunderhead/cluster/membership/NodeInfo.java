package io.thunderhead.cluster.membership;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;

/// What a node says of itself when it joins.
///
/// @param incarnation differs between two lives of a node of the same id
/// @param address of its gRPC port
/// @param memoryBytes what it may use for weights, states and pages
/// @param modelFingerprint of config and tensor list of the checkpoint it sees; nodes with another one are not used
public record NodeInfo(
        NodeId id,
        String incarnation,
        NodeRole role,
        HostPort address,
        long memoryBytes,
        String device,
        String hostName,
        String modelFingerprint) {}
