package io.thunderhead.coordinator.schedule;

import java.time.Duration;

/// Holds steps back for a while after each loss, twice as long after each further one, so that a dead worker does not
/// use up all replays before the cluster has noticed. Owner: engine thread.
final class ResumePause {
    private static final long PAUSE_MAX_NANOS = Duration.ofSeconds(2).toNanos();

    private final long firstNanos;
    private long nextNanos;
    private long endsAtNanos;
    private boolean paused;

    ResumePause(Duration first) {
        this.firstNanos = first.toNanos();
        this.nextNanos = firstNanos;
    }

    void begin(long nowNanos) {
        if (paused && nowNanos - endsAtNanos < 0) {
            return;
        }
        paused = true;
        endsAtNanos = nowNanos + nextNanos;
        nextNanos = Math.max(firstNanos, Math.min(PAUSE_MAX_NANOS, 2 * nextNanos));
    }

    /// A step has come through.
    void reset() {
        nextNanos = firstNanos;
    }

    boolean over(long nowNanos) {
        paused = paused && nowNanos - endsAtNanos < 0;
        return !paused;
    }
}
