package io.thunderhead.coordinator.schedule;

import io.thunderhead.transport.stage.StepTimings;

/// Sums since the start. Owner: engine thread; others read the [EngineStats] made of it.
final class EngineCounters {
    private long promptTokens;
    private long completionTokens;
    private long computedTokens;
    private long steps;
    private long failedSteps;
    private long preemptions;
    private long replays;
    private long ended;
    private long failed;
    private long firstTokens;
    private long ttftNanos;
    private long furtherTokens;
    private long interTokenNanos;
    private StepTimings stageTimings = StepTimings.ZERO;

    void started(Sequence sequence) {
        promptTokens += sequence.promptLength();
    }

    void stepSent(int tokens) {
        steps++;
        computedTokens += tokens;
    }

    void stageDone(StepTimings timings) {
        stageTimings = stageTimings.plus(timings);
    }

    void stepFailed() {
        failedSteps++;
    }

    void token(Sequence sequence, long nowNanos) {
        completionTokens++;
        if (sequence.generatedCount() == 1) {
            firstTokens++;
            ttftNanos += nowNanos - sequence.submittedNanos();
        } else {
            furtherTokens++;
            interTokenNanos += nowNanos - sequence.lastTokenNanos();
        }
        sequence.gotToken(nowNanos);
    }

    void preempted() {
        preemptions++;
    }

    void replayed() {
        replays++;
    }

    void ended() {
        ended++;
    }

    void failed() {
        failed++;
    }

    EngineStats stats(SequencePool sequences, int stepsInFlight, int kvPages) {
        return new EngineStats(
                sequences.running().size(),
                sequences.waiting().size(),
                stepsInFlight,
                sequences.pagesInUse(),
                kvPages,
                promptTokens,
                completionTokens,
                computedTokens,
                steps,
                failedSteps,
                preemptions,
                replays,
                ended,
                failed,
                firstTokens,
                ttftNanos,
                furtherTokens,
                interTokenNanos,
                stageTimings);
    }
}
