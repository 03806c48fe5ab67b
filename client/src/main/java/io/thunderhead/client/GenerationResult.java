package io.thunderhead.client;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// A whole answer.
///
/// @param logprobs one entry a token if asked for, else empty
/// @param promptScores entry i is of prompt token i + 1; empty unless asked for
public record GenerationResult(
        String requestId,
        String model,
        String text,
        List<Integer> tokenIds,
        List<TokenScore> logprobs,
        List<TokenScore> promptScores,
        FinishReason finishReason,
        Usage usage) {
    public GenerationResult {
        tokenIds = List.copyOf(tokenIds);
        logprobs = List.copyOf(logprobs);
        promptScores = List.copyOf(promptScores);
    }

    /// Reads all events; the iterator is one that throws rather than ends without `Ended`.
    static GenerationResult collect(Iterator<GenerationEvent> events) {
        String requestId = "";
        String model = "";
        StringBuilder text = new StringBuilder();
        List<Integer> tokenIds = new ArrayList<>();
        List<TokenScore> logprobs = new ArrayList<>();
        List<TokenScore> promptScores = List.of();
        while (true) {
            switch (events.next()) {
                case GenerationEvent.Started started -> {
                    requestId = started.requestId();
                    model = started.model();
                }
                case GenerationEvent.PromptScored scored -> promptScores = scored.scores();
                case GenerationEvent.Tokens tokens -> {
                    text.append(tokens.text());
                    tokenIds.addAll(tokens.tokenIds());
                    logprobs.addAll(tokens.logprobs());
                }
                case GenerationEvent.Ended(FinishReason reason, Usage usage) -> {
                    return new GenerationResult(
                            requestId, model, text.toString(), tokenIds, logprobs, promptScores, reason, usage);
                }
            }
        }
    }
}
