package io.thunderhead.coordinator.api;

import io.thunderhead.coordinator.engine.TokenSink.Usage;
import io.thunderhead.model.tokenizer.TokenIds;

/// Usage of all choices of a request. A prompt counts once, however many choices answer it, and so do its cached
/// tokens: those of its first choice, because the others find what the first one computed.
final class UsageSum {
    private final CompletionSpec spec;
    private int endedChoices;
    private int cachedTokens;
    private int completionTokens;

    UsageSum(CompletionSpec spec) {
        this.spec = spec;
    }

    /// Tokens are counted here, not by the engine, which may be some tokens further when a stop string ends a choice.
    void countToken() {
        completionTokens++;
    }

    void countEnd(int choice, int cached) {
        endedChoices++;
        if (choice % spec.choicesPerPrompt() == 0) {
            cachedTokens += cached;
        }
    }

    boolean complete() {
        return endedChoices == spec.choiceCount();
    }

    Usage total() {
        int promptTokens = spec.prompts().stream().mapToInt(TokenIds::size).sum();
        return new Usage(promptTokens, cachedTokens, completionTokens);
    }
}
