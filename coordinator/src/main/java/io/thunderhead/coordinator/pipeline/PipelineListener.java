package io.thunderhead.coordinator.pipeline;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.stage.StepOutcome;

/// Hears what comes back over a pipeline's lines. Called from the wires' threads: hands over and returns.
public interface PipelineListener {
    /// May still come after the pipeline was closed.
    void outcome(int stageIndex, StepOutcome outcome);

    /// @param pipelineId tells the loss of a closed pipeline's line, which may still come, from one of the open
    /// pipeline
    void lost(long pipelineId, int stageIndex, ServingException error);
}
