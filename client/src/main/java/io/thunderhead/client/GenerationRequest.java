package io.thunderhead.client;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One prompt to answer. `null` leaves a field to the cluster.
///
/// @param model "" = the model served
/// @param maxTokens tokens to generate at most; null = what the context leaves; 0 = only read (and score) the prompt
/// @param stop the answer ends before the first of these texts
/// @param stopTokenIds end the answer, beside the model's own end tokens
/// @param ignoreEndTokens go on past the model's end tokens
/// @param logprobs report the chosen tokens' log-probabilities with so many alternatives, 0 to 20; null = none
/// @param promptLogprobs score the prompt with so many alternatives a position, 0 to 20; null = do not
/// @param requestId names the request in the cluster's logs; "" = the cluster names it
public record GenerationRequest(
        String model,
        Prompt prompt,
        Sampling sampling,
        @Nullable Integer maxTokens,
        List<String> stop,
        Set<Integer> stopTokenIds,
        boolean ignoreEndTokens,
        @Nullable Integer logprobs,
        @Nullable Integer promptLogprobs,
        String requestId) {
    public GenerationRequest {
        stop = List.copyOf(stop);
        stopTokenIds = Set.copyOf(stopTokenIds);
    }

    public static GenerationRequest of(String prompt) {
        return builder(Prompt.text(prompt)).build();
    }

    public static Builder builder(Prompt prompt) {
        return new Builder(prompt);
    }

    /// Not thread-safe.
    public static final class Builder {
        private String model = "";
        private final Prompt prompt;
        private Sampling sampling = Sampling.DEFAULTS;
        private @Nullable Integer maxTokens;
        private List<String> stop = List.of();
        private Set<Integer> stopTokenIds = Set.of();
        private boolean ignoreEndTokens;
        private @Nullable Integer logprobs;
        private @Nullable Integer promptLogprobs;
        private String requestId = "";

        private Builder(Prompt prompt) {
            this.prompt = prompt;
        }

        public Builder model(String value) {
            model = value;
            return this;
        }

        public Builder sampling(Sampling value) {
            sampling = value;
            return this;
        }

        public Builder maxTokens(int value) {
            maxTokens = value;
            return this;
        }

        public Builder stop(String... texts) {
            stop = List.of(texts);
            return this;
        }

        public Builder stopTokenIds(Set<Integer> ids) {
            stopTokenIds = ids;
            return this;
        }

        public Builder ignoreEndTokens(boolean value) {
            ignoreEndTokens = value;
            return this;
        }

        public Builder logprobs(int alternatives) {
            logprobs = alternatives;
            return this;
        }

        public Builder promptLogprobs(int alternatives) {
            promptLogprobs = alternatives;
            return this;
        }

        public Builder requestId(String value) {
            requestId = value;
            return this;
        }

        public GenerationRequest build() {
            return new GenerationRequest(
                    model,
                    prompt,
                    sampling,
                    maxTokens,
                    stop,
                    stopTokenIds,
                    ignoreEndTokens,
                    logprobs,
                    promptLogprobs,
                    requestId);
        }
    }
}
