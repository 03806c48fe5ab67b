package io.thunderhead.cli.demo;

import java.util.OptionalInt;

/// @param promptTokens of the whole conversation up to the answer, if the server tells
/// @param completionTokens of the answer, if the server tells
/// @param secondsToFirst from sending the question to the answer's first text
/// @param secondsAfter from there to its end
record AnsweredQuestion(
        DemoQuestion question,
        String said,
        OptionalInt promptTokens,
        OptionalInt completionTokens,
        double secondsToFirst,
        double secondsAfter) {
    Mark mark() {
        return Mark.of(said, question.truth());
    }
}
