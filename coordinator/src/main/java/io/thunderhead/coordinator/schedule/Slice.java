package io.thunderhead.coordinator.schedule;

import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.transport.stage.StepItem;

/// Tokens `[start, end)` of a sequence that go into one step: prompt tokens or generated ones, never both.
record Slice(Sequence sequence, int start, int end) {

    StepItem toItem() {
        int promptLength = sequence.promptLength();
        TokenIds tokens = sequence.tokens(start, end);
        boolean decode = start >= promptLength;
        return new StepItem(
                sequence.lifeId(),
                start,
                tokens,
                decode,
                promptLength,
                sequence.wantsTokenAfter(end) ? sequence.request().sampling() : null,
                !decode && sequence.wantsPromptScores() ? sequence.request().promptLogprobs() : -1,
                sequence.promptTokenOrNone(end));
    }
}
