package io.thunderhead.cli.bench;

import io.thunderhead.model.kernels.Ceilings;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// What the machine can do around each measurement: one that is shared with others can do twice as much at one moment
/// as at the next.
final class CeilingWatch {
    private final @Nullable ModelWork work;
    private final Supplier<Ceilings> machine;
    private @Nullable Ceilings best;
    private @Nullable Roof last;

    private CeilingWatch(@Nullable ModelWork work, Supplier<Ceilings> machine) {
        this.work = work;
        this.machine = machine;
    }

    /// @param machine what it can do now
    static CeilingWatch of(ModelWork work, Supplier<Ceilings> machine) {
        return new CeilingWatch(work, machine);
    }

    /// Where the machine or the model is not known.
    static CeilingWatch none() {
        return new CeilingWatch(null, () -> {
            throw new IllegalStateException("nothing to look at");
        });
    }

    /// Looks at the machine now: what is measured next is compared with this look and the one behind it.
    void begin() {
        last = look();
    }

    /// The part of the ceiling that a speed was, of the mean of the last look and of one now; empty if nothing is
    /// known.
    Optional<Double> part(double speed, ToDoubleFunction<Roof> ceiling) {
        Roof before = last;
        Roof after = look();
        last = after;
        if (before == null || after == null) {
            return Optional.empty();
        }
        return Optional.of(2 * speed / (ceiling.applyAsDouble(before) + ceiling.applyAsDouble(after)));
    }

    /// The highest of all looks.
    @Nullable
    Ceilings best() {
        return best;
    }

    private @Nullable Roof look() {
        if (work == null) {
            return null;
        }
        Ceilings now = machine.get();
        best = best == null ? now : best.orHigher(now);
        return new Roof(work, now);
    }
}
