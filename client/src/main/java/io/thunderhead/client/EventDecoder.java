package io.thunderhead.client;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.proto.v1.Ended;
import io.thunderhead.proto.v1.GenerateEvent;
import io.thunderhead.proto.v1.Started;
import io.thunderhead.proto.v1.TokenLogprobs;
import io.thunderhead.proto.v1.Tokens;
import java.util.List;

/// Events as they come over the wire.
final class EventDecoder {
    private EventDecoder() {}

    /// Throws PROTOCOL_VIOLATION for an event that this version does not know.
    static GenerationEvent decode(GenerateEvent event) {
        return switch (event.getEventCase()) {
            case STARTED -> decode(event.getStarted());
            case PROMPT_SCORES ->
                new GenerationEvent.PromptScored(decode(event.getPromptScores().getScoresList()));
            case TOKENS -> decode(event.getTokens());
            case ENDED -> decode(event.getEnded());
            case EVENT_NOT_SET -> throw unknown("event");
        };
    }

    private static GenerationEvent decode(Started started) {
        return new GenerationEvent.Started(started.getRequestId(), started.getModel());
    }

    private static GenerationEvent decode(Tokens tokens) {
        return new GenerationEvent.Tokens(tokens.getText(), tokens.getIdsList(), decode(tokens.getLogprobsList()));
    }

    private static GenerationEvent decode(Ended ended) {
        FinishReason reason = switch (ended.getFinishReason()) {
            case FINISH_REASON_STOP -> FinishReason.STOP;
            case FINISH_REASON_LENGTH -> FinishReason.LENGTH;
            case FINISH_REASON_UNSPECIFIED, UNRECOGNIZED -> throw unknown("finish reason");
        };
        io.thunderhead.proto.v1.Usage usage = ended.getUsage();
        return new GenerationEvent.Ended(
                reason, new Usage(usage.getPromptTokens(), usage.getCachedTokens(), usage.getCompletionTokens()));
    }

    private static List<TokenScore> decode(List<TokenLogprobs> scores) {
        return scores.stream()
                .map(score -> new TokenScore(
                        decode(score.getToken()),
                        score.getRank(),
                        score.getAlternativesList().stream()
                                .map(EventDecoder::decode)
                                .toList()))
                .toList();
    }

    private static TokenLogprob decode(io.thunderhead.proto.v1.TokenLogprob token) {
        return new TokenLogprob(
                token.getId(), token.getLogprob(), token.getBytes().toStringUtf8());
    }

    private static ServingException unknown(String what) {
        return new ServingException(
                ErrorCode.PROTOCOL_VIOLATION, what + " of the cluster: expected one that this client knows");
    }
}
