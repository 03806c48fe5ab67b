package io.thunderhead.coordinator.api;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// What a client wants generated: `choicesPerPrompt` answers to each of `prompts`. Choice `p * choicesPerPrompt + i`
/// answers prompt `p` and is sampled with `sampling.seed() + i`.
///
/// @param client whom limits count it for
/// @param maxTokens per choice; absent = as many as the context has room for; 0 = only read the prompt
/// @param stops texts that end a choice; they are not part of it
/// @param stopTokenIds beside the model's end tokens
/// @param ignoreEndTokens generate on after an end token of the model
/// @param skipSpecialTokens leave special tokens out of the text
/// @param readFunctionCalls look for function calls in the text
/// @param promptLogprobs -1 = none; else alternatives a prompt position
public record CompletionSpec(
        String requestId,
        String client,
        ServedModel model,
        List<TokenIds> prompts,
        int choicesPerPrompt,
        SamplingParams sampling,
        OptionalInt maxTokens,
        List<String> stops,
        Set<Integer> stopTokenIds,
        boolean ignoreEndTokens,
        boolean skipSpecialTokens,
        boolean readFunctionCalls,
        int promptLogprobs,
        Deadline deadline) {
    public CompletionSpec {
        prompts = List.copyOf(prompts);
        stops = List.copyOf(stops);
        stopTokenIds = Set.copyOf(stopTokenIds);
        if (!stops.isEmpty()) {
            model.requireTokenizer("stop");
        }
        prompts.forEach(prompt -> checkPrompt(model, prompt));
    }

    public int choiceCount() {
        return prompts.size() * choicesPerPrompt;
    }

    /// Tokens that one answer to this prompt may have; throws CONTEXT_LENGTH_EXCEEDED if they do not fit.
    int maxTokensFor(TokenIds prompt) {
        int room = model.contextMax() - prompt.size();
        int wanted = maxTokens.orElse(Math.max(room, 1));
        if (wanted > room) {
            throw ServingException.ofParameter(
                    ErrorCode.CONTEXT_LENGTH_EXCEEDED,
                    room > 0 && maxTokens.isPresent() ? "max_tokens" : "prompt",
                    "the model's maximum context length is " + model.contextMax() + " tokens; the prompt has "
                            + prompt.size()
                            + " and the answer may have " + wanted);
        }
        return wanted;
    }

    private static void checkPrompt(ServedModel model, TokenIds prompt) {
        if (prompt.size() == 0) {
            throw ServingException.invalid("prompt", "prompt: expected at least one token");
        }
        for (int i = 0; i < prompt.size(); i++) {
            int id = prompt.get(i);
            if (id < 0 || id >= model.config().vocabSize()) {
                throw ServingException.ofParameter(
                        ErrorCode.TOKEN_OUT_OF_RANGE,
                        "prompt",
                        "prompt: expected token ids from 0 to "
                                + (model.config().vocabSize() - 1) + ", got " + id);
            }
        }
    }
}
