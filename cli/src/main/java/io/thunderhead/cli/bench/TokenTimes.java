package io.thunderhead.cli.bench;

import java.util.Arrays;
import java.util.stream.IntStream;

/// When the tokens of one request arrived, on `System.nanoTime()`'s clock. Owner: the thread that reads the answer.
final class TokenTimes {
    private final long startNanos;
    private long[] arrivedNanos = new long[64];
    private int count;

    TokenTimes(long startNanos) {
        this.startNanos = startNanos;
    }

    /// Of tokens that came together each counts as arrived now.
    void arrived(int tokens, long nowNanos) {
        if (count + tokens > arrivedNanos.length) {
            arrivedNanos = Arrays.copyOf(arrivedNanos, 2 * (count + tokens));
        }
        Arrays.fill(arrivedNanos, count, count + tokens, nowNanos);
        count += tokens;
    }

    int count() {
        return count;
    }

    long firstNanos() {
        return arrivedNanos[0];
    }

    long lastNanos() {
        return arrivedNanos[count - 1];
    }

    double secondsToFirstToken() {
        return (firstNanos() - startNanos) / 1e9;
    }

    /// Mean time between two tokens; 0 for a single one.
    double secondsPerToken() {
        return count < 2 ? 0 : (lastNanos() - firstNanos()) / 1e9 / (count - 1);
    }

    /// Seconds from each token to the next, of those that arrived in `[fromNanos, toNanos)`.
    double[] gaps(long fromNanos, long toNanos) {
        return IntStream.range(1, count)
                .filter(i -> arrivedNanos[i] - fromNanos >= 0 && arrivedNanos[i] - toNanos < 0)
                .mapToDouble(i -> (arrivedNanos[i] - arrivedNanos[i - 1]) / 1e9)
                .toArray();
    }

    double[] gaps() {
        return gaps(startNanos, lastNanos() + 1);
    }
}
