package io.thunderhead.transport.testing;

import java.util.SplittableRandom;

/// Decides by seed what happens to each message of one line. Thread-safe.
final class FaultDice {
    private final SplittableRandom random;
    private final Faults faults;

    FaultDice(long seed, Faults faults) {
        this.random = new SplittableRandom(seed);
        this.faults = faults;
    }

    synchronized Fate next() {
        double share = random.nextDouble();
        long delayNanos = random.nextLong(faults.delayMax().toNanos() + 1); // always drawn, so that fates do not shift
        if (share < faults.lost()) {
            return new Fate.Lost();
        }
        if (share < faults.lost() + faults.dropped()) {
            return new Fate.Dropped();
        }
        return new Fate.Sent(share < faults.lost() + faults.dropped() + faults.delayed() ? delayNanos : 0);
    }

    sealed interface Fate {
        record Sent(long delayNanos) implements Fate {}

        record Dropped() implements Fate {}

        record Lost() implements Fate {}
    }
}
