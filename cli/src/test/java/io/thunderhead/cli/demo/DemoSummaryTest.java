package io.thunderhead.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DemoSummaryTest {
    @Test
    void countsAndMeasures() {
        DemoSummary summary = new DemoSummary(
                List.of(answer("a", "a", 1000, 11, 0.5, 0.5), answer("b", "c", 3000, 21, 1.5, 0.5)), Optional.empty());

        assertThat(summary.right()).isOne();
        assertThat(summary.judged()).isEqualTo(2);
        assertThat(summary.allRight()).isFalse();
        assertThat(summary.lines())
                .containsExactly(
                        "time to first token  1.50 s, median of 2 questions (0.50 to 1.50 s)",
                        "prompt               2,000 tokens/s (4,000 tokens: each question reads the whole conversation)",
                        "decode               30 tokens/s");
    }

    @Test
    void saysNothingThatTheServerDidNotTell() {
        AnsweredQuestion untold = new AnsweredQuestion(
                new DemoQuestion("?", Optional.of("a")), "a", OptionalInt.empty(), OptionalInt.empty(), 0.5, 0.5);
        DemoSummary summary = new DemoSummary(List.of(untold), Optional.empty());

        assertThat(summary.lines()).hasSize(1);
        assertThat(summary.allRight()).isTrue();
    }

    @Test
    void withoutAnswersThereIsNothingToSay() {
        assertThat(new DemoSummary(List.of(), Optional.empty()).lines()).isEmpty();
    }

    private static AnsweredQuestion answer(
            String said, String truth, int prompt, int completion, double toFirst, double after) {
        return new AnsweredQuestion(
                new DemoQuestion("?", Optional.of(truth)),
                said,
                OptionalInt.of(prompt),
                OptionalInt.of(completion),
                toFirst,
                after);
    }
}
