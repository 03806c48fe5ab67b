package io.thunderhead.client;

import java.util.List;

/// What comes of a generation, in this order: `Started`, `PromptScored` if asked for, any number of `Tokens`, `Ended`.
public sealed interface GenerationEvent {
    /// The cluster has admitted the request: from here on nothing is sent again.
    record Started(String requestId, String model) implements GenerationEvent {}

    /// @param scores entry i is of prompt token i + 1
    record PromptScored(List<TokenScore> scores) implements GenerationEvent {
        public PromptScored {
            scores = List.copyOf(scores);
        }
    }

    /// One or more tokens. The texts of all events together are the answer; one of them may be empty.
    ///
    /// @param logprobs one entry a token if asked for, else empty
    record Tokens(String text, List<Integer> tokenIds, List<TokenScore> logprobs) implements GenerationEvent {
        public Tokens {
            tokenIds = List.copyOf(tokenIds);
            logprobs = List.copyOf(logprobs);
        }
    }

    record Ended(FinishReason finishReason, Usage usage) implements GenerationEvent {}
}
