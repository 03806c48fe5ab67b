package io.thunderhead.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class MarkTest {
    private static final Optional<String> TRUTH = Optional.of("It uses Velora (120 images) and Tamiko (88 hours).");

    @Test
    void rightIsTheTextOfTheTruth() {
        assertThat(Mark.of("It uses Velora (120 images) and Tamiko (88 hours).", TRUTH))
                .isEqualTo(Mark.RIGHT);
    }

    @Test
    void whiteSpaceAtTheEndsDoesNotCount() {
        assertThat(Mark.of("\n It uses Velora (120 images) and Tamiko (88 hours).\n", TRUTH))
                .isEqualTo(Mark.RIGHT);
    }

    @Test
    void anythingElseIsWrong() {
        assertThat(Mark.of("It uses Velora (120 images) and Tamiko (89 hours).", TRUTH))
                .isEqualTo(Mark.WRONG);
        assertThat(Mark.of("It uses Velora (120 images).", TRUTH)).isEqualTo(Mark.WRONG);
        assertThat(Mark.of("", TRUTH)).isEqualTo(Mark.WRONG);
    }

    @Test
    void aListHasTheOrderOfTheDocument() {
        assertThat(Mark.of("It uses Tamiko (88 hours) and Velora (120 images).", TRUTH))
                .isEqualTo(Mark.WRONG);
    }

    @Test
    void withoutTruthNothingIsJudged() {
        assertThat(Mark.of("It uses Velora.", Optional.empty())).isEqualTo(Mark.UNJUDGED);
    }
}
