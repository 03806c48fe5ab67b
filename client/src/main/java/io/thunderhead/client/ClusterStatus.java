package io.thunderhead.client;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the cluster is.
///
/// @param ready whether requests are taken
/// @param readiness in words: "ready", or what is waited for
/// @param plan empty until one is published
public record ClusterStatus(boolean ready, String readiness, List<Node> nodes, Optional<Plan> plan) {
    public ClusterStatus {
        nodes = List.copyOf(nodes);
    }

    /// @param role `coordinator`, `attention-worker` or `expert-worker`
    /// @param ready everything of the plan in force is loaded and its lines are up
    /// @param draining takes no new work
    /// @param loadedBytes, totalBytes of its weights under the plan in force
    /// @param detail in words: what it does or waits for
    public record Node(
            NodeId id,
            String role,
            HostPort address,
            String device,
            long memoryBytes,
            boolean ready,
            boolean draining,
            long loadedBytes,
            long totalBytes,
            String detail) {}

    /// @param reason in words: why it replaced the plan before
    /// @param stages in the order in which a token visits them
    public record Plan(long epoch, String reason, List<Stage> stages, List<ExpertHolder> expertHolders) {
        public Plan {
            stages = List.copyOf(stages);
            expertHolders = List.copyOf(expertHolders);
        }
    }

    /// Layers `[firstLayer, endLayer)` without their experts.
    ///
    /// @param kvPages of 256 tokens
    public record Stage(NodeId node, int firstLayer, int endLayer, int sequenceSlots, int kvPages, long weightBytes) {}

    /// @param expertsByLayer layer index to ascending expert ids
    public record ExpertHolder(NodeId node, Map<Integer, List<Integer>> expertsByLayer, long weightBytes) {
        public ExpertHolder {
            expertsByLayer = Map.copyOf(expertsByLayer);
        }
    }
}
