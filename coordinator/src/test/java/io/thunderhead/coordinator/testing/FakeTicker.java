package io.thunderhead.coordinator.testing;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Time that passes only when told to; starts near overflow, as nanoTime may.
public final class FakeTicker implements LongSupplier {
    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    @Override
    public long getAsLong() {
        return nanos;
    }

    public void advance(Duration by) {
        nanos += by.toNanos();
    }
}
