package io.thunderhead.transport.testing;

import java.time.Duration;

/// How often a line misbehaves; shares of all messages, in [0, 1].
///
/// @param delayed share that is held back, and so overtaken by later ones, by up to `delayMax`
/// @param dropped share that gets no answer before the deadline
/// @param lost share that fails with WORKER_LOST
public record Faults(double delayed, Duration delayMax, double dropped, double lost) {
    public static final Faults NONE = new Faults(0, Duration.ZERO, 0, 0);

    public Faults {
        if (delayed < 0 || dropped < 0 || lost < 0 || delayed + dropped + lost > 1) {
            throw new IllegalArgumentException("shares: expected numbers from 0 to 1 that add up to at most 1, got "
                    + delayed + ", " + dropped + ", " + lost);
        }
    }
}
