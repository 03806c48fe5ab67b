package io.thunderhead.core.time;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A point on `System.nanoTime()`'s clock after which a wait gives up. Crosses process borders as the remaining time.
public record Deadline(long atNanos) {

    public static Deadline after(Duration timeout) {
        return new Deadline(System.nanoTime() + timeout.toNanos());
    }

    public long remainingNanos() {
        return atNanos - System.nanoTime();
    }

    public long remainingMillis() {
        return TimeUnit.NANOSECONDS.toMillis(remainingNanos());
    }

    public boolean expired() {
        return remainingNanos() <= 0;
    }

    public Deadline earlier(Deadline other) {
        return atNanos - other.atNanos <= 0 ? this : other;
    }
}
