package io.thunderhead.model.sampling;

import io.thunderhead.core.error.ServingException;
import java.util.Map;
import java.util.Objects;

/// How a request wants its tokens chosen. The choice at a position depends on the logits, these parameters, `seed` and
/// the position only: never on the batch.
///
/// @param temperature 0 = greedy (largest logit, lowest id wins ties)
/// @param topP nucleus, (0, 1]
/// @param topK 0 = off
/// @param minP smallest probability relative to the most likely token, [0, 1]
/// @param presencePenalty, frequencyPenalty as in OpenAI's API, over generated tokens, [-2, 2]
/// @param repetitionPenalty as in vLLM, over prompt and generated tokens; 1 = off
/// @param logitBias added to the logits of these ids, [-100, 100]
/// @param logprobs how many most likely tokens to report beside the chosen one; -1 = none at all, 0 = only the chosen
/// one's
public record SamplingParams(
        float temperature,
        float topP,
        int topK,
        float minP,
        float presencePenalty,
        float frequencyPenalty,
        float repetitionPenalty,
        Map<Integer, Float> logitBias,
        long seed,
        int logprobs) {
    public static final SamplingParams GREEDY = new SamplingParams(0, 1, 0, 0, 0, 0, 1, Map.of(), 0, -1);

    public SamplingParams {
        logitBias = Map.copyOf(logitBias);
        check("temperature", temperature, 0, 100);
        check("top_p", topP, Math.nextUp(0f), 1);
        check("top_k", topK, 0, Integer.MAX_VALUE);
        check("min_p", minP, 0, 1);
        check("presence_penalty", presencePenalty, -2, 2);
        check("frequency_penalty", frequencyPenalty, -2, 2);
        check("repetition_penalty", repetitionPenalty, Math.nextUp(0f), 100);
        check("logprobs", logprobs, -1, 20);
        logitBias.values().forEach(bias -> check("logit_bias", Objects.requireNonNull(bias), -100, 100));
    }

    /// Whether the choice is the largest logit as it is, and nothing else is asked for.
    public boolean onlyLargest() {
        return temperature == 0 && !needsHistory() && logitBias.isEmpty() && logprobs < 0;
    }

    /// Whether the choice needs to know the tokens before it.
    public boolean needsHistory() {
        return presencePenalty != 0 || frequencyPenalty != 0 || repetitionPenalty != 1;
    }

    private static void check(String name, float value, float min, float max) {
        if (!(value >= min && value <= max)) {
            throw ServingException.invalid(
                    name, name + ": expected a number from " + min + " to " + max + ", got " + value);
        }
    }
}
