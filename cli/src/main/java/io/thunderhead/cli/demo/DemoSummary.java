package io.thunderhead.cli.demo;

import com.google.errorprone.annotations.FormatMethod;
import io.thunderhead.cli.bench.StepTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;

/// What a demonstration came to.
///
/// @param steps absent if the server does not tell
record DemoSummary(List<AnsweredQuestion> answers, Optional<StepTimes> steps) {
    DemoSummary {
        answers = List.copyOf(answers);
    }

    long right() {
        return answers.stream().filter(answer -> answer.mark() == Mark.RIGHT).count();
    }

    long judged() {
        return answers.stream().filter(answer -> answer.mark() != Mark.UNJUDGED).count();
    }

    boolean allRight() {
        return right() == judged();
    }

    /// Lines for the terminal; none without answers.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (answers.isEmpty()) {
            return lines;
        }
        double[] toFirst = answers.stream()
                .mapToDouble(AnsweredQuestion::secondsToFirst)
                .sorted()
                .toArray();
        lines.add(format(
                "time to first token  %.2f s, median of %d questions (%.2f to %.2f s)",
                toFirst[toFirst.length / 2], toFirst.length, toFirst[0], toFirst[toFirst.length - 1]));
        speed(DoubleStream.of(toFirst).sum(), promptTokens())
                .ifPresent(speed -> lines.add(format(
                        "prompt               %,.0f tokens/s (%,d tokens: each question reads the whole conversation)",
                        speed, promptTokens())));
        double decoding =
                answers.stream().mapToDouble(AnsweredQuestion::secondsAfter).sum();
        speed(decoding, laterTokens())
                .ifPresent(speed -> lines.add(format("decode               %,.0f tokens/s", speed)));
        steps.ifPresent(times -> lines.add("where the time went  " + times.describe()));
        return lines;
    }

    private long promptTokens() {
        return answers.stream()
                .mapToLong(answer -> answer.promptTokens().orElse(0))
                .sum();
    }

    /// All but the first of each answer, which waits for the prompt.
    private long laterTokens() {
        return answers.stream()
                .mapToLong(answer -> Math.max(0, answer.completionTokens().orElse(0) - 1))
                .sum();
    }

    private static Optional<Double> speed(double seconds, long tokens) {
        return tokens == 0 || seconds <= 0 ? Optional.empty() : Optional.of(tokens / seconds);
    }

    @FormatMethod
    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
