package io.thunderhead.cluster.placement;

import io.thunderhead.core.config.Setting;

/// How much room a plan keeps for sequences. Config prefix `placement`.
public record PlacementOptions(
        @Setting(value = "16", min = 1, max = 4096, doc = "Sequences whose state is kept at once")
        int maxSequences,

        @Setting(
                value = "8192",
                min = 1,
                doc = "Tokens of prompt and answer that must fit for one sequence; a plan without that room is refused")
        int contextTokens,

        @Setting(value = "2048", min = 1, max = 1 << 20, doc = "Most tokens of one step, for the work space")
        int batchTokens) {

    public PlacementOptions {
        if (maxSequences < 1 || contextTokens < 1 || batchTokens < 1) {
            throw new IllegalArgumentException("placement: expected positive numbers, got sequences " + maxSequences
                    + ", context " + contextTokens + ", batch " + batchTokens);
        }
    }

    public PlacementOptions withContextTokens(int tokens) {
        return new PlacementOptions(maxSequences, tokens, batchTokens);
    }

    public PlacementOptions withMaxSequences(int sequences) {
        return new PlacementOptions(sequences, contextTokens, batchTokens);
    }

    /// KV pages of one sequence of the full context.
    int pagesPerSequence() {
        return Math.ceilDiv(contextTokens, MemoryModel.PAGE_TOKENS);
    }

    /// Pages beyond which more are of no use: every sequence at full context.
    int pagesMax() {
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, (long) maxSequences * pagesPerSequence()));
    }
}
