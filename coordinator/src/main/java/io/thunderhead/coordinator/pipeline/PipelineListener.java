package io.thunderhead.coordinator.pipeline;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.stage.StepOutcome;

/// Hears what comes back over a pipeline's lines. Called from the wires' threads: hands over and returns.
public interface PipelineListener {
    /// @param pipelineId tells outcomes of a closed pipeline, which may still come, from those of the open one
    void outcome(long pipelineId, int stageIndex, StepOutcome outcome);

    void lost(long pipelineId, int stageIndex, ServingException error);
}
