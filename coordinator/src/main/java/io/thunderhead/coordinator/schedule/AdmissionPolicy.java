package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.schedule.AdmissionDecision.Admitted;
import io.thunderhead.coordinator.schedule.AdmissionDecision.Rejected;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.tokenizer.TokenIds;
import org.jspecify.annotations.Nullable;

/// Decides on a request from its shape and the load: what is wrong with the request first, then what is short here.
///
/// @param contextMax most tokens of prompt and answer together
record AdmissionPolicy(SchedulerConfig config, int vocabSize, int contextMax) {

    /// @param capacity of the newest plan; null = no plan was ever seen
    /// @param waiting, waitingOfClient requests before their first step
    record Load(boolean shuttingDown, @Nullable Capacity capacity, int waiting, int waitingOfClient) {}

    AdmissionDecision decide(GenerationRequest request, Load load) {
        ServingException error = wrong(request);
        if (error == null) {
            error = unavailable(load);
        }
        if (error == null) {
            error = noRoom(request, load);
        }
        return error == null ? new Admitted(tokensMax(request, load)) : new Rejected(error);
    }

    private @Nullable ServingException wrong(GenerationRequest request) {
        int promptTokens = request.promptIds().size();
        if (promptTokens == 0) {
            return ServingException.invalid("prompt", "prompt: expected at least one token, got none");
        }
        if (request.maxTokens() < 0) {
            return ServingException.invalid("max_tokens", "max_tokens: expected 0 or more, got " + request.maxTokens());
        }
        if (tokensMin(request) > contextMax) {
            return ServingException.ofParameter(
                    ErrorCode.CONTEXT_LENGTH_EXCEEDED,
                    "prompt",
                    "prompt: expected at most %d tokens and room for the answer, got %d"
                            .formatted(contextMax, promptTokens));
        }
        if ((long) promptTokens * (1 + request.promptLogprobs()) > config.promptLogprobsMax()) {
            return ServingException.ofParameter(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "prompt_logprobs",
                    "prompt_logprobs: expected at most %d scores, got %d tokens of %d each"
                            .formatted(config.promptLogprobsMax(), promptTokens, 1 + request.promptLogprobs()));
        }
        return tokenOutOfRange(request.promptIds());
    }

    private @Nullable ServingException tokenOutOfRange(TokenIds promptIds) {
        for (int position = 0; position < promptIds.size(); position++) {
            int id = promptIds.get(position);
            if (id < 0 || id >= vocabSize) {
                return ServingException.ofParameter(
                        ErrorCode.TOKEN_OUT_OF_RANGE,
                        "prompt",
                        "prompt token %d: expected an id in [0, %d), got %d".formatted(position, vocabSize, id));
            }
        }
        return null;
    }

    private static @Nullable ServingException unavailable(Load load) {
        if (load.shuttingDown()) {
            return new ServingException(ErrorCode.SHUTTING_DOWN, "this coordinator is shutting down");
        }
        return load.capacity() == null
                ? new ServingException(ErrorCode.NOT_READY, "the cluster has no plan yet")
                : null;
    }

    private @Nullable ServingException noRoom(GenerationRequest request, Load load) {
        int room = room(load);
        if (tokensMin(request) > room) {
            return new ServingException(
                    ErrorCode.KV_POOL_FULL,
                    "prompt: the workers hold at most %d tokens of a sequence, got %d and the answer"
                            .formatted(room, request.promptIds().size()));
        }
        if (load.waiting() >= config.maxWaiting()) {
            return queueFull(config.maxWaiting() + " requests are waiting already");
        }
        return load.waitingOfClient() >= config.maxWaitingPerClient()
                ? queueFull(config.maxWaitingPerClient() + " requests of " + request.client() + " are waiting already")
                : null;
    }

    private ServingException queueFull(String message) {
        return ServingException.rejected(ErrorCode.QUEUE_FULL, message, config.retryAfter());
    }

    private static long tokensMin(GenerationRequest request) {
        return (long) request.promptIds().size() + Math.min(request.maxTokens(), 1);
    }

    private int tokensMax(GenerationRequest request, Load load) {
        return (int) Math.min(room(load), (long) request.promptIds().size() + request.maxTokens());
    }

    private int room(Load load) {
        return load.capacity() == null
                ? contextMax
                : Math.min(contextMax, load.capacity().tokensMax());
    }
}
