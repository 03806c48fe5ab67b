package io.thunderhead.corpus.words;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Choices by a seed: the same seed gives the same choices on every machine. Not thread-safe.
public final class Dice {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final SplittableRandom random;

    private Dice(SplittableRandom random) {
        this.random = random;
    }

    /// Dice of their own for every index: samples can be made in any order, by any thread.
    public static Dice of(long seed, long index) {
        return new Dice(new SplittableRandom(mix(mix(seed) + GOLDEN * (index + 1))));
    }

    /// Dice whose choices do not disturb the ones made here afterwards.
    public Dice fork() {
        return new Dice(random.split());
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /// 0 to `bound - 1`.
    public int below(int bound) {
        return random.nextInt(bound);
    }

    /// `from` to `to`, both included.
    public int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    /// 0 (included) to 1 (excluded).
    public double fraction() {
        return random.nextDouble();
    }

    public <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    public <T> List<T> shuffled(List<T> ordered) {
        List<T> shuffled = new ArrayList<>(ordered);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            shuffled.set(i, shuffled.set(other, shuffled.get(i)));
        }
        return shuffled;
    }

    /// A hash whose bits all depend on all bits of the value (the finalizer of MurmurHash3).
    static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }
}
