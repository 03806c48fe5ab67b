package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.transport.stage.StepTimings;

/// Sums since the start. Owner: engine thread; others read the [EngineStats] made of it.
final class EngineCounters {
    private final EngineMetrics metrics;
    private long promptTokens;
    private long cachedTokens;
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
    private StepTimings stageTimings = StepTimings.ZERO;

    EngineCounters(EngineMetrics metrics) {
        this.metrics = metrics;
    }

    void started(Sequence sequence, long nowNanos) {
        promptTokens += sequence.promptLength();
        cachedTokens += sequence.usage().cachedTokens();
        metrics.started(nowNanos - sequence.submittedNanos());
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
            metrics.firstToken(nowNanos - sequence.submittedNanos());
        } else {
            metrics.furtherToken(nowNanos - sequence.lastTokenNanos());
        }
        sequence.gotToken(nowNanos);
    }

    void preempted() {
        preemptions++;
    }

    void replayed() {
        replays++;
    }

    void ended(Sequence sequence, FinishReason reason, long nowNanos) {
        ended++;
        metrics.ended(reason, nowNanos - sequence.submittedNanos());
    }

    void failed(Sequence sequence, long nowNanos) {
        failed++;
        metrics.failed(nowNanos - sequence.submittedNanos());
    }

    EngineStats stats(SequencePool sequences, int stepsInFlight, int kvPages) {
        return new EngineStats(
                sequences.running().size(),
                sequences.waiting().size(),
                stepsInFlight,
                sequences.pagesInUse(),
                kvPages,
                promptTokens,
                cachedTokens,
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
                stageTimings);
    }
}
