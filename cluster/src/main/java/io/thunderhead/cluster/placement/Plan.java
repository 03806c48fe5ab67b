package io.thunderhead.cluster.placement;

import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.LayerRange;
import java.util.List;
import java.util.Map;

/// Which worker holds what, in force from its epoch on.
///
/// @param stages in pipeline order; their ranges cover all layers without gaps
/// @param experts one entry an expert worker
/// @param reason why this plan replaced the one before, for people
public record Plan(long epoch, String modelFingerprint, List<Stage> stages, List<ExpertHolder> experts, String reason) {
    public Plan {
        stages = List.copyOf(stages);
        experts = List.copyOf(experts);
    }

    /// The same assignments in force from another epoch on.
    public Plan with(long newEpoch, String newReason) {
        return new Plan(newEpoch, modelFingerprint, stages, experts, newReason);
    }

    /// @param sequenceSlots sequences whose lightning state fits at once
    /// @param kvPages pages of 256 tokens, each over all softmax layers of the stage; where there are none, as
    ///   many as can be of use
    /// @param weightBytes what its weights take in memory
    public record Stage(NodeId worker, LayerRange layers, int sequenceSlots, int kvPages, long weightBytes) {}

    /// @param expertsByLayer layer index to the ascending ids of the experts of that layer held here
    public record ExpertHolder(NodeId worker, Map<Integer, List<Integer>> expertsByLayer, long weightBytes) {
        public ExpertHolder {
            expertsByLayer = Map.copyOf(expertsByLayer);
        }
    }
}
