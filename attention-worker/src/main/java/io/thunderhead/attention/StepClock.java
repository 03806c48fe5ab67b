package io.thunderhead.attention;

import io.thunderhead.attention.StageMetrics.Phase;
import io.thunderhead.transport.stage.StepTimings;

/// Adds up where one step's time goes. Owner: the stage's engine thread.
final class StepClock {
    private static final int PHASES = Phase.values().length;

    private final long startedAtNanos = System.nanoTime();
    private final long[] nanos = new long[PHASES];
    private long lapStartedAtNanos = startedAtNanos;
    private int phasesTaken;

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
        nanos[phase.ordinal()] += spent;
        phasesTaken |= 1 << phase.ordinal();
    }

    /// Whether the step had that phase at all.
    boolean took(Phase phase) {
        return (phasesTaken & 1 << phase.ordinal()) != 0;
    }

    long nanos(Phase phase) {
        return nanos[phase.ordinal()];
    }

    long totalNanos() {
        return System.nanoTime() - startedAtNanos;
    }

    StepTimings timings() {
        return new StepTimings(
                totalNanos(),
                nanos(Phase.QUEUE),
                nanos(Phase.ATTENTION),
                nanos(Phase.DISPATCH) + nanos(Phase.COMBINE),
                nanos(Phase.EXPERTS),
                nanos(Phase.SAMPLING));
    }

    private long lap() {
        long now = System.nanoTime();
        long lap = now - lapStartedAtNanos;
        lapStartedAtNanos = now;
        return lap;
    }
}
