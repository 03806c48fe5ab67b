package io.thunderhead.client;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How tokens are chosen. `null` leaves a parameter to the cluster's default; ranges are checked there and a value
/// outside one is INVALID_REQUEST.
///
/// @param temperature [0, 100]; 0 = greedy
/// @param topP nucleus, (0, 1]
/// @param topK 0 = off
/// @param minP smallest probability relative to the most likely token, [0, 1]
/// @param presencePenalty, frequencyPenalty over generated tokens, [-2, 2]
/// @param repetitionPenalty over prompt and generated tokens, (0, 100]; 1 = off
/// @param logitBias token id to what is added to its logit, [-100, 100]
/// @param seed same seed, same tokens
public record Sampling(
        @Nullable Float temperature,
        @Nullable Float topP,
        @Nullable Integer topK,
        @Nullable Float minP,
        @Nullable Float presencePenalty,
        @Nullable Float frequencyPenalty,
        @Nullable Float repetitionPenalty,
        Map<Integer, Float> logitBias,
        @Nullable Long seed) {
    /// Every parameter as the cluster has it.
    public static final Sampling DEFAULTS = builder().build();

    /// The most likely token, always.
    public static final Sampling GREEDY = builder().temperature(0).build();

    public Sampling {
        logitBias = Map.copyOf(logitBias);
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Not thread-safe.
    public static final class Builder {
        private @Nullable Float temperature;
        private @Nullable Float topP;
        private @Nullable Integer topK;
        private @Nullable Float minP;
        private @Nullable Float presencePenalty;
        private @Nullable Float frequencyPenalty;
        private @Nullable Float repetitionPenalty;
        private final Map<Integer, Float> logitBias = new LinkedHashMap<>();
        private @Nullable Long seed;

        private Builder() {}

        public Builder temperature(float value) {
            temperature = value;
            return this;
        }

        public Builder topP(float value) {
            topP = value;
            return this;
        }

        public Builder topK(int value) {
            topK = value;
            return this;
        }

        public Builder minP(float value) {
            minP = value;
            return this;
        }

        public Builder presencePenalty(float value) {
            presencePenalty = value;
            return this;
        }

        public Builder frequencyPenalty(float value) {
            frequencyPenalty = value;
            return this;
        }

        public Builder repetitionPenalty(float value) {
            repetitionPenalty = value;
            return this;
        }

        public Builder logitBias(int tokenId, float bias) {
            logitBias.put(tokenId, bias);
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Sampling build() {
            return new Sampling(
                    temperature,
                    topP,
                    topK,
                    minP,
                    presencePenalty,
                    frequencyPenalty,
                    repetitionPenalty,
                    logitBias,
                    seed);
        }
    }
}
