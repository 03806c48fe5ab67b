package io.thunderhead.cli.chat;

import java.util.Locale;
import java.util.OptionalInt;

/// When an answer began and ended, on `System.nanoTime()`'s clock.
record AnswerTimes(long askedNanos, long firstTextNanos, long endNanos) {
    private static final double NANOS_PER_SECOND = 1e9;

    /// `ttft 0.12 s, 34.5 tokens/s, 120 tokens`; without the token count only the first. The rate leaves out the first
    /// token, which waits for the prompt.
    String describe(OptionalInt tokens) {
        String ttft = String.format(Locale.ROOT, "ttft %.2f s", (firstTextNanos - askedNanos) / NANOS_PER_SECOND);
        if (tokens.isEmpty()) {
            return ttft;
        }
        double seconds = Math.max(endNanos - firstTextNanos, 1) / NANOS_PER_SECOND;
        String rate = tokens.getAsInt() < 2
                ? ""
                : String.format(Locale.ROOT, ", %.1f tokens/s", (tokens.getAsInt() - 1) / seconds);
        return ttft + rate + ", " + tokens.getAsInt() + " tokens";
    }
}
