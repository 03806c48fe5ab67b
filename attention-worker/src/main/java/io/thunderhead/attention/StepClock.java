package io.thunderhead.attention;

import io.thunderhead.attention.StageMetrics.Phase;
import io.thunderhead.transport.stage.StepTimings;

/// Adds up where one step's time goes. Owner: the stage's engine thread.
final class StepClock {
    private final long startedAtNanos = System.nanoTime();
    private long lapStartedAtNanos = startedAtNanos;
    private long queueNanos;
    private long attentionNanos;
    private long dispatchNanos;
    private long expertNanos;
    private long combineNanos;
    private long sendNanos;
    private long samplingNanos;

    /// What went on since the last call was this.
    void lap(Phase phase) {
        add(phase, lap());
    }

    /// The lap was a wait for experts, of which the slowest expert worker computed `computeNanos`.
    void combined(long computeNanos) {
        long wait = lap();
        long compute = Math.min(computeNanos, wait);
        add(Phase.EXPERTS, compute);
        add(Phase.COMBINE, wait - compute);
    }

    private void add(Phase phase, long spent) {
        switch (phase) {
            case QUEUE -> queueNanos += spent;
            case ATTENTION -> attentionNanos += spent;
            case DISPATCH -> dispatchNanos += spent;
            case EXPERTS -> expertNanos += spent;
            case COMBINE -> combineNanos += spent;
            case SEND -> sendNanos += spent;
            case SAMPLING -> samplingNanos += spent;
        }
    }

    /// 0 of a phase that the step did not have.
    long nanos(Phase phase) {
        return switch (phase) {
            case QUEUE -> queueNanos;
            case ATTENTION -> attentionNanos;
            case DISPATCH -> dispatchNanos;
            case EXPERTS -> expertNanos;
            case COMBINE -> combineNanos;
            case SEND -> sendNanos;
            case SAMPLING -> samplingNanos;
        };
    }

    long totalNanos() {
        return System.nanoTime() - startedAtNanos;
    }

    StepTimings timings() {
        return new StepTimings(
                totalNanos(), queueNanos, attentionNanos, dispatchNanos + combineNanos, expertNanos, samplingNanos);
    }

    private long lap() {
        long now = System.nanoTime();
        long lap = now - lapStartedAtNanos;
        lapStartedAtNanos = now;
        return lap;
    }
}
