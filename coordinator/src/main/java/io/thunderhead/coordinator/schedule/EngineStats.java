package io.thunderhead.coordinator.schedule;

import io.thunderhead.transport.stage.StepTimings;

/// The engine at one moment; sums count from its start.
///
/// @param running sequences that hold state on the workers
/// @param waiting sequences that hold none: new, preempted, or to be replayed
/// @param kvPagesInUse, kvPages pages of 256 tokens reserved, and in all (0 while no pipeline is open)
/// @param promptTokens of requests that started; cachedTokens those of them that a snapshot held; completionTokens as
/// delivered, replays not counted
/// @param computedTokens rows sent to the stages, replays included
/// @param ttftNanos, firstTokens time from submit to first token, summed over `firstTokens` requests
/// @param stageTimings of all finished steps, summed over the stages
public record EngineStats(
        int running,
        int waiting,
        int stepsInFlight,
        int kvPagesInUse,
        int kvPages,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        long computedTokens,
        long steps,
        long failedSteps,
        long preemptions,
        long replays,
        long ended,
        long failed,
        long firstTokens,
        long ttftNanos,
        StepTimings stageTimings) {
    /// Of an engine that has done nothing.
    public static final EngineStats NONE =
            new EngineStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, StepTimings.ZERO);
}
