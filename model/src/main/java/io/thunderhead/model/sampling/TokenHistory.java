package io.thunderhead.model.sampling;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/// The tokens of one sequence so far, as penalties see them: prompt and generated ones apart. Counting starts at the
/// first question, so a sequence without penalties pays four bytes a token. Owner: the stage's engine thread.
public final class TokenHistory {
    private final int promptLength;
    private int[] tokens = new int[64];
    private int tokenCount;
    private int countedTokens;
    private final Map<Integer, Integer> promptCounts = new HashMap<>();
    private final Map<Integer, Integer> generatedCounts = new HashMap<>();

    /// @param promptLength the first so many tokens are prompt, the rest is generated
    public TokenHistory(int promptLength) {
        this.promptLength = promptLength;
    }

    public void append(int tokenId) {
        if (tokenCount == tokens.length) {
            tokens = Arrays.copyOf(tokens, tokenCount * 2);
        }
        tokens[tokenCount++] = tokenId;
    }

    /// How often the token was generated.
    int generatedCount(int tokenId) {
        count();
        return generatedCounts.getOrDefault(tokenId, 0);
    }

    void forEachGenerated(IntConsumer action) {
        count();
        generatedCounts.keySet().forEach(action::accept);
    }

    /// Each token that is in the prompt or was generated, once.
    void forEachSeen(IntConsumer action) {
        forEachGenerated(action);
        promptCounts.keySet().stream()
                .filter(token -> !generatedCounts.containsKey(token))
                .forEach(action::accept);
    }

    private void count() {
        for (; countedTokens < tokenCount; countedTokens++) {
            Map<Integer, Integer> counts = countedTokens < promptLength ? promptCounts : generatedCounts;
            counts.merge(tokens[countedTokens], 1, Integer::sum);
        }
    }
}
