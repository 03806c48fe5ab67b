package io.thunderhead.transport.stage;

import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.tokenizer.TokenIds;
import org.jspecify.annotations.Nullable;

/// One sequence's part of a step: tokens `[startPosition, startPosition + tokenIds.size())`.
///
/// @param decode true: tokens go one by one through the recurrence (generated tokens, also when they are replayed after
///   a loss); false: a prefill chunk, starting on a multiple of the lightning block and ending on one or at the
///   prompt's end
/// @param sample how to choose the token after the last one; null when more of the prompt is to come
/// @param promptLogprobs -1: none; else, for every position of this item that has a next token, the log-probability of
///   that next token, with so many alternatives
/// @param nextTokenId the token after this item's last one if the prompt goes on, -1 at its end
/// @param promptLength number of tokens that count as prompt for penalties
public record StepItem(
        long sequenceId,
        int startPosition,
        TokenIds tokenIds,
        boolean decode,
        int promptLength,
        @Nullable SamplingParams sample,
        int promptLogprobs,
        int nextTokenId) {}
