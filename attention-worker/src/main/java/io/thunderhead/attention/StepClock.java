package io.thunderhead.attention;

import io.thunderhead.transport.stage.StepTimings;

/// Adds up where one step's time goes. Owner: the stage's engine thread.
final class StepClock {
    private final long startedAtNanos = System.nanoTime();
    private long lapStartedAtNanos = startedAtNanos;
    private long queueNanos;
    private long attentionNanos;
    private long exchangeNanos;
    private long expertNanos;
    private long headNanos;

    void queued() {
        queueNanos += lap();
    }

    void attended() {
        attentionNanos += lap();
    }

    /// The lap was a wait for experts, of which the slowest expert worker computed `computeNanos`.
    void combined(long computeNanos) {
        long wait = lap();
        long compute = Math.min(computeNanos, wait);
        expertNanos += compute;
        exchangeNanos += wait - compute;
    }

    void chose() {
        headNanos += lap();
    }

    StepTimings timings() {
        return new StepTimings(
                System.nanoTime() - startedAtNanos, queueNanos, attentionNanos, exchangeNanos, expertNanos, headNanos);
    }

    private long lap() {
        long now = System.nanoTime();
        long lap = now - lapStartedAtNanos;
        lapStartedAtNanos = now;
        return lap;
    }
}
