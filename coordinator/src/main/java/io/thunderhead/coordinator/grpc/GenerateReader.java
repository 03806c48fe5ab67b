package io.thunderhead.coordinator.grpc;

import io.thunderhead.coordinator.api.CompletionSpec;
import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.proto.v1.GenerateRequest;
import io.thunderhead.proto.v1.Sampling;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// Checks a request and turns it into what is to be generated. Errors name the field.
final class GenerateReader {
    private static final int STOPS_MAX = 16;
    private static final int LOGPROBS_MAX = 20;
    private static final int NONE = -1;

    private final GenerateRequest request;
    private final ServedModel model;

    private GenerateReader(GenerateRequest request, ServedModel model) {
        this.request = request;
        this.model = model;
    }

    static CompletionSpec read(GenerateRequest request, ServedModel model, String client, Deadline deadline) {
        return new GenerateReader(request, model).spec(client, deadline);
    }

    private CompletionSpec spec(String client, Deadline deadline) {
        return new CompletionSpec(
                requestId(),
                client,
                model,
                List.of(PromptReader.read(request.getPrompt(), model)),
                1,
                sampling(request.getSampling()),
                maxTokens(),
                stops(),
                new HashSet<>(request.getStopTokenIdsList()),
                request.getIgnoreEndTokens(),
                true,
                false,
                request.hasPromptLogprobs() ? alternatives("prompt_logprobs", request.getPromptLogprobs()) : NONE,
                deadline);
    }

    private String requestId() {
        String id = request.getRequestId();
        if (!id.matches("[ -~]{0,128}")) {
            throw ServingException.invalid("request_id", "request_id: expected up to 128 printable ASCII characters");
        }
        return id.isEmpty() ? "gen-" + UUID.randomUUID() : id;
    }

    private OptionalInt maxTokens() {
        if (!request.hasMaxTokens()) {
            return OptionalInt.empty();
        }
        if (request.getMaxTokens() < 0) {
            throw outOfRange("max_tokens", "0 to " + model.contextMax(), request.getMaxTokens());
        }
        return OptionalInt.of(request.getMaxTokens());
    }

    private List<String> stops() {
        List<String> stops = request.getStopList();
        if (stops.size() > STOPS_MAX || stops.contains("")) {
            throw ServingException.invalid("stop", "stop: expected up to " + STOPS_MAX + " texts, none of them empty");
        }
        return stops;
    }

    private SamplingParams sampling(Sampling wire) {
        wire.getLogitBiasMap().keySet().forEach(this::checkBiased);
        return new SamplingParams(
                wire.hasTemperature() ? wire.getTemperature() : 1,
                wire.hasTopP() ? wire.getTopP() : 1,
                wire.getTopK(),
                wire.getMinP(),
                wire.getPresencePenalty(),
                wire.getFrequencyPenalty(),
                wire.hasRepetitionPenalty() ? wire.getRepetitionPenalty() : 1,
                wire.getLogitBiasMap(),
                wire.hasSeed() ? wire.getSeed() : ThreadLocalRandom.current().nextLong(),
                request.hasLogprobs() ? alternatives("logprobs", request.getLogprobs()) : NONE);
    }

    private void checkBiased(int id) {
        int vocabulary = model.config().vocabSize();
        if (id < 0 || id >= vocabulary) {
            throw ServingException.ofParameter(
                    ErrorCode.TOKEN_OUT_OF_RANGE,
                    "logit_bias",
                    "logit_bias: expected token ids from 0 to " + (vocabulary - 1) + ", got "
                            + Integer.toUnsignedString(id));
        }
    }

    private static int alternatives(String parameter, int count) {
        if (count < 0 || count > LOGPROBS_MAX) {
            throw outOfRange(parameter, "0 to " + LOGPROBS_MAX, count);
        }
        return count;
    }

    private static ServingException outOfRange(String parameter, String range, int unsigned) {
        return ServingException.invalid(
                parameter, parameter + ": expected " + range + ", got " + Integer.toUnsignedString(unsigned));
    }
}
