package io.thunderhead.coordinator.engine;

import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.Set;

/// One sequence to generate, checked and tokenized.
///
/// @param requestId what the client and the logs call it
/// @param client whom fairness and limits count it for (API key name, or "anonymous")
/// @param maxTokens tokens to generate; 0 = only read (and score) the prompt
/// @param stopTokenIds end generation; empty when the end token is to be ignored
/// @param promptLogprobs -1 = none; else score the prompt with so many alternatives a position
public record GenerationRequest(
        String requestId,
        String client,
        TokenIds promptIds,
        SamplingParams sampling,
        int maxTokens,
        Set<Integer> stopTokenIds,
        int promptLogprobs,
        Deadline deadline) {
    public GenerationRequest {
        stopTokenIds = Set.copyOf(stopTokenIds);
    }
}
