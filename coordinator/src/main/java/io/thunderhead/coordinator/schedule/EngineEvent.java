package io.thunderhead.coordinator.schedule;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.stage.StepOutcome;

/// What the engine thread is told by others.
sealed interface EngineEvent {
    record Submitted(Sequence sequence) implements EngineEvent {}

    record Cancelled(Sequence sequence) implements EngineEvent {}

    /// Every sequence of that request.
    record RequestCancelled(String requestId) implements EngineEvent {}

    record StageAnswered(int stageIndex, StepOutcome outcome) implements EngineEvent {}

    record StageLost(long pipelineId, int stageIndex, ServingException error) implements EngineEvent {}

    record ClusterChanged(ClusterMembership.Snapshot cluster) implements EngineEvent {}

    /// @param deadlineNanos when what still runs is failed
    record ShutDown(long deadlineNanos) implements EngineEvent {}
}
