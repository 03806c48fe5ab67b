package io.thunderhead.coordinator.grpc;

import com.google.protobuf.ByteString;
import io.thunderhead.coordinator.api.CompletionEvent.Reason;
import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.proto.v1.Ended;
import io.thunderhead.proto.v1.FinishReason;
import io.thunderhead.proto.v1.GenerateEvent;
import io.thunderhead.proto.v1.PromptScores;
import io.thunderhead.proto.v1.Started;
import io.thunderhead.proto.v1.TokenLogprob;
import io.thunderhead.proto.v1.Usage;
import java.util.List;

/// Events as they go over the wire.
final class EventWriter {
    private final ServedModel model;

    EventWriter(ServedModel model) {
        this.model = model;
    }

    GenerateEvent started(String requestId) {
        return GenerateEvent.newBuilder()
                .setStarted(Started.newBuilder().setRequestId(requestId).setModel(model.id()))
                .build();
    }

    GenerateEvent promptScores(List<TokenLogprobs> scores) {
        PromptScores.Builder wire = PromptScores.newBuilder();
        scores.forEach(score -> wire.addScores(logprobs(score)));
        return GenerateEvent.newBuilder().setPromptScores(wire).build();
    }

    static GenerateEvent ended(Reason reason, TokenSink.Usage usage) {
        return GenerateEvent.newBuilder()
                .setEnded(Ended.newBuilder()
                        .setFinishReason(finishReason(reason))
                        .setUsage(Usage.newBuilder()
                                .setPromptTokens(usage.promptTokens())
                                .setCachedTokens(usage.cachedTokens())
                                .setCompletionTokens(usage.completionTokens())))
                .build();
    }

    io.thunderhead.proto.v1.TokenLogprobs logprobs(TokenLogprobs score) {
        var wire = io.thunderhead.proto.v1.TokenLogprobs.newBuilder()
                .setToken(token(score.tokenId(), score.logprob()))
                .setRank(score.rank());
        score.top().forEach(other -> wire.addAlternatives(token(other.tokenId(), other.logprob())));
        return wire.build();
    }

    private TokenLogprob token(int id, float logprob) {
        ByteString bytes = model.tokenizer()
                .map(tokenizer -> ByteString.copyFrom(tokenizer.tokenBytes(id)))
                .orElse(ByteString.EMPTY);
        return TokenLogprob.newBuilder()
                .setId(id)
                .setLogprob(logprob)
                .setBytes(bytes)
                .build();
    }

    private static FinishReason finishReason(Reason reason) {
        return switch (reason) {
            case STOP, FUNCTION_CALLS -> FinishReason.FINISH_REASON_STOP;
            case LENGTH -> FinishReason.FINISH_REASON_LENGTH;
        };
    }
}
