package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.proto.control.v1.ItemResult;
import io.thunderhead.proto.control.v1.StageCommand;
import io.thunderhead.proto.control.v1.StageEvent;
import io.thunderhead.proto.control.v1.StepDone;
import io.thunderhead.proto.control.v1.StepFailed;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepItem;
import io.thunderhead.transport.stage.StepOutcome;
import io.thunderhead.transport.stage.StepTimings;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Steps and outcomes as protobuf (thunderhead/control/v1/stage.proto) and back. What cannot be read is a
/// PROTOCOL_VIOLATION.
final class StageMessages {
    private StageMessages() {}

    static StageCommand toProto(StepCommand command) {
        StageCommand.Builder message = StageCommand.newBuilder()
                .setStepId(command.stepId())
                .setPlanEpoch(command.planEpoch())
                .setTimeoutNanos(command.timeout().toNanos())
                .addAllReleases(command.releases());
        command.items().forEach(item -> message.addItems(toProto(item)));
        return message.build();
    }

    static StepCommand fromProto(StageCommand message) {
        try {
            return new StepCommand(
                    message.getStepId(),
                    message.getPlanEpoch(),
                    Duration.ofNanos(message.getTimeoutNanos()),
                    message.getItemsList().stream()
                            .map(StageMessages::fromProto)
                            .toList(),
                    message.getReleasesList());
        } catch (ServingException e) { // sampling parameters out of range
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION, "step " + message.getStepId() + ": " + e.getMessage(), e);
        }
    }

    static StageEvent toProto(StepOutcome outcome) {
        return switch (outcome) {
            case StepOutcome.Done done ->
                StageEvent.newBuilder().setDone(toProto(done)).build();
            case StepOutcome.Failed(long stepId, ServingException error) ->
                StageEvent.newBuilder()
                        .setFailed(StepFailed.newBuilder()
                                .setStepId(stepId)
                                .setCode(error.code().name())
                                .setMessage(String.valueOf(error.getMessage())))
                        .build();
        };
    }

    static StepOutcome fromProto(StageEvent message) {
        return switch (message.getEventCase()) {
            case DONE -> fromProto(message.getDone());
            case FAILED -> fromProto(message.getFailed());
            case EVENT_NOT_SET ->
                throw new ServingException(
                        ErrorCode.PROTOCOL_VIOLATION, "stage event: expected done or failed, got neither");
        };
    }

    private static io.thunderhead.proto.control.v1.StepItem toProto(StepItem item) {
        io.thunderhead.proto.control.v1.StepItem.Builder message = io.thunderhead.proto.control.v1.StepItem.newBuilder()
                .setSequenceId(item.sequenceId())
                .setStartPosition(item.startPosition())
                .setDecode(item.decode())
                .setPromptLength(item.promptLength())
                .setPromptLogprobs(item.promptLogprobs())
                .setNextTokenId(item.nextTokenId());
        for (int i = 0; i < item.tokenIds().size(); i++) {
            message.addTokenIds(item.tokenIds().get(i));
        }
        SamplingParams sample = item.sample();
        if (sample != null) {
            message.setSample(toProto(sample));
        }
        return message.build();
    }

    private static StepItem fromProto(io.thunderhead.proto.control.v1.StepItem message) {
        @Nullable SamplingParams sample = message.hasSample() ? fromProto(message.getSample()) : null;
        return new StepItem(
                message.getSequenceId(),
                message.getStartPosition(),
                TokenIds.of(message.getTokenIdsList().stream()
                        .mapToInt(Integer::intValue)
                        .toArray()),
                message.getDecode(),
                message.getPromptLength(),
                sample,
                message.getPromptLogprobs(),
                message.getNextTokenId());
    }

    private static io.thunderhead.proto.control.v1.SamplingParams toProto(SamplingParams sample) {
        return io.thunderhead.proto.control.v1.SamplingParams.newBuilder()
                .setTemperature(sample.temperature())
                .setTopP(sample.topP())
                .setTopK(sample.topK())
                .setMinP(sample.minP())
                .setPresencePenalty(sample.presencePenalty())
                .setFrequencyPenalty(sample.frequencyPenalty())
                .setRepetitionPenalty(sample.repetitionPenalty())
                .putAllLogitBias(sample.logitBias())
                .setSeed(sample.seed())
                .setLogprobs(sample.logprobs())
                .build();
    }

    private static SamplingParams fromProto(io.thunderhead.proto.control.v1.SamplingParams message) {
        return new SamplingParams(
                message.getTemperature(),
                message.getTopP(),
                message.getTopK(),
                message.getMinP(),
                message.getPresencePenalty(),
                message.getFrequencyPenalty(),
                message.getRepetitionPenalty(),
                message.getLogitBiasMap(),
                message.getSeed(),
                message.getLogprobs());
    }

    private static StepDone toProto(StepOutcome.Done done) {
        StepDone.Builder message =
                StepDone.newBuilder().setStepId(done.stepId()).setTimings(toProto(done.timings()));
        done.results().forEach(result -> message.addResults(toProto(result)));
        return message.build();
    }

    private static StepOutcome.Done fromProto(StepDone message) {
        return new StepOutcome.Done(
                message.getStepId(),
                message.getResultsList().stream().map(StageMessages::fromProto).toList(),
                fromProto(message.getTimings()));
    }

    private static ItemResult toProto(StepOutcome.ItemResult result) {
        ItemResult.Builder message =
                ItemResult.newBuilder().setSequenceId(result.sequenceId()).setTokenId(result.tokenId());
        TokenLogprobs logprobs = result.logprobs();
        if (logprobs != null) {
            message.setLogprobs(toProto(logprobs));
        }
        result.promptLogprobs().forEach(entry -> message.addPromptLogprobs(toProto(entry)));
        return message.build();
    }

    private static StepOutcome.ItemResult fromProto(ItemResult message) {
        @Nullable TokenLogprobs logprobs = message.hasLogprobs() ? fromProto(message.getLogprobs()) : null;
        return new StepOutcome.ItemResult(
                message.getSequenceId(),
                message.getTokenId(),
                logprobs,
                message.getPromptLogprobsList().stream()
                        .map(StageMessages::fromProto)
                        .toList());
    }

    private static io.thunderhead.proto.control.v1.TokenLogprobs toProto(TokenLogprobs logprobs) {
        io.thunderhead.proto.control.v1.TokenLogprobs.Builder message =
                io.thunderhead.proto.control.v1.TokenLogprobs.newBuilder()
                        .setTokenId(logprobs.tokenId())
                        .setLogprob(logprobs.logprob())
                        .setRank(logprobs.rank());
        for (TokenLogprobs.Alternative alternative : logprobs.top()) {
            message.addTopIds(alternative.tokenId()).addTopLogprobs(alternative.logprob());
        }
        return message.build();
    }

    private static TokenLogprobs fromProto(io.thunderhead.proto.control.v1.TokenLogprobs message) {
        if (message.getTopIdsCount() != message.getTopLogprobsCount()) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "logprobs of token " + message.getTokenId() + ": expected as many ids as values, got "
                            + message.getTopIdsCount() + " and " + message.getTopLogprobsCount());
        }
        List<TokenLogprobs.Alternative> top = IntStream.range(0, message.getTopIdsCount())
                .mapToObj(i -> new TokenLogprobs.Alternative(message.getTopIds(i), message.getTopLogprobs(i)))
                .toList();
        return new TokenLogprobs(message.getTokenId(), message.getLogprob(), message.getRank(), top);
    }

    private static io.thunderhead.proto.control.v1.StepTimings toProto(StepTimings timings) {
        return io.thunderhead.proto.control.v1.StepTimings.newBuilder()
                .setTotalNanos(timings.totalNanos())
                .setQueueNanos(timings.queueNanos())
                .setAttentionNanos(timings.attentionNanos())
                .setExchangeNanos(timings.exchangeNanos())
                .setExpertNanos(timings.expertNanos())
                .setHeadNanos(timings.headNanos())
                .build();
    }

    private static StepTimings fromProto(io.thunderhead.proto.control.v1.StepTimings message) {
        return new StepTimings(
                message.getTotalNanos(),
                message.getQueueNanos(),
                message.getAttentionNanos(),
                message.getExchangeNanos(),
                message.getExpertNanos(),
                message.getHeadNanos());
    }

    private static StepOutcome.Failed fromProto(StepFailed message) {
        return new StepOutcome.Failed(
                message.getStepId(), ServingException.named(message.getCode(), message.getMessage()));
    }
}
