package io.thunderhead.cli.bench;

/// When the tokens of one request arrived, on `System.nanoTime()`'s clock.
///
/// @param tokens that arrived in all
record GenerationTiming(long startNanos, long firstTokenNanos, long lastTokenNanos, int tokens) {
    double secondsToFirstToken() {
        return (firstTokenNanos - startNanos) / 1e9;
    }

    /// Mean time between two tokens of this request; 0 for a single token.
    double secondsPerToken() {
        return tokens < 2 ? 0 : (lastTokenNanos - firstTokenNanos) / 1e9 / (tokens - 1);
    }
}
