package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.schedule.StepInFlight.SentItem;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.stage.StepItem;
import io.thunderhead.transport.stage.StepOutcome.ItemResult;
import org.jspecify.annotations.Nullable;

/// Brings the last stage's result of one item to its sequence and its sink.
record Delivery(int vocabSize) {

    /// How the sequence goes on.
    sealed interface Verdict {
        record GoesOn(boolean gotToken) implements Verdict {}

        record Ends(FinishReason reason, boolean gotToken) implements Verdict {}

        /// The result is not one of this item.
        record Broken(ServingException error) implements Verdict {}
    }

    /// @param result null when the stage sent none
    Verdict deliver(SentItem sent, @Nullable ItemResult result) {
        String mismatch = mismatch(sent.item(), result);
        if (mismatch != null) {
            return new Verdict.Broken(new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "last stage: request " + sent.sequence().request().requestId() + ": " + mismatch));
        }
        sent.sequence().readTo(sent.end());
        if (result != null) {
            deliverScores(sent, result);
            if (sent.item().sample() != null) {
                return deliverToken(sent.sequence(), result);
            }
        }
        boolean onlyRead =
                sent.end() == sent.sequence().tokenCount() && sent.sequence().atTokensMax();
        return onlyRead ? new Verdict.Ends(FinishReason.LENGTH, false) : new Verdict.GoesOn(false);
    }

    private @Nullable String mismatch(StepItem item, @Nullable ItemResult result) {
        int scores = scoresWanted(item);
        if (result == null) {
            return item.sample() == null && scores == 0 ? null : "expected a result, got none";
        }
        if (result.promptLogprobs().size() != scores) {
            return "expected " + scores + " prompt scores, got "
                    + result.promptLogprobs().size();
        }
        boolean tokenRight = item.sample() == null || (result.tokenId() >= 0 && result.tokenId() < vocabSize);
        return tokenRight ? null : "expected a token id in [0, " + vocabSize + "), got " + result.tokenId();
    }

    /// One a position whose next token belongs to the prompt.
    private static int scoresWanted(StepItem item) {
        if (item.promptLogprobs() < 0) {
            return 0;
        }
        return item.tokenIds().size() - (item.nextTokenId() < 0 ? 1 : 0);
    }

    private static void deliverScores(SentItem sent, ItemResult result) {
        Sequence sequence = sent.sequence();
        if (sent.item().promptLogprobs() < 0) {
            return;
        }
        sequence.collectPromptScores(result.promptLogprobs());
        if (sent.end() == sequence.promptLength()) {
            sequence.sink().promptScored(sequence.takePromptScores());
        }
    }

    private static Verdict deliverToken(Sequence sequence, ItemResult result) {
        sequence.append(result.tokenId());
        sequence.sink().token(result.tokenId(), result.logprobs());
        if (sequence.atStop()) {
            return new Verdict.Ends(FinishReason.STOP, true);
        }
        return sequence.atTokensMax() ? new Verdict.Ends(FinishReason.LENGTH, true) : new Verdict.GoesOn(true);
    }
}
