package io.thunderhead.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DemoScreenTest {
    private static final String ESCAPE = "\u001b";

    private final StringWriter printed = new StringWriter();

    @Test
    void saysRightAndWrongInWordsWithColourOnTop() {
        DemoScreen screen = screen(true);

        screen.answered(answer("Velora."), "1 s");
        screen.answered(answer("Tamiko."), "1 s");

        assertThat(printed.toString())
                .contains(ESCAPE + "[1;32mright" + ESCAPE + "[0m")
                .contains(ESCAPE + "[1;31mwrong" + ESCAPE + "[0m");
    }

    @Test
    void withoutColourThereIsNoEscapeSequence() {
        DemoScreen screen = screen(false);

        screen.heading("Papers");
        screen.question(1, "Which?");
        screen.piece("Velora.");
        screen.answered(answer("Velora."), "1 s");

        assertThat(printed.toString()).contains("right").doesNotContain(ESCAPE);
    }

    @Test
    void respectsNoColorAndDumbTerminals() {
        assertThat(DemoScreen.wantsColour(Map.of("TERM", "xterm"))).isTrue();
        assertThat(DemoScreen.wantsColour(Map.of("NO_COLOR", ""))).isTrue();
        assertThat(DemoScreen.wantsColour(Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(DemoScreen.wantsColour(Map.of("TERM", "dumb"))).isFalse();
    }

    @Test
    void modelsAndFilesCannotControlTheTerminal() {
        DemoScreen screen = screen(false);

        screen.piece("a" + ESCAPE + "[2J");
        screen.glimpse("b" + ESCAPE + "[2J");
        screen.question(1, "c" + ESCAPE + "[2J");

        assertThat(printed.toString()).contains("a[2J", "b[2J", "c[2J").doesNotContain(ESCAPE);
    }

    @Test
    void glimpsesTheBeginningAndTheEnd() {
        DemoScreen screen = screen(false);

        screen.glimpse("one\n\ntwo\nthree\nfour\nfive\nsix\n" + "x".repeat(150) + "\n");

        assertThat(printed.toString().lines())
                .containsExactly(
                        "    one", "    two", "    three", "    four", "    ...", "    " + "x".repeat(100) + "...");
    }

    private DemoScreen screen(boolean colour) {
        return new DemoScreen(new PrintWriter(printed), colour);
    }

    private static AnsweredQuestion answer(String said) {
        return new AnsweredQuestion(
                new DemoQuestion("Which?", Optional.of("Velora.")), said, OptionalInt.of(9), OptionalInt.of(2), 1, 1);
    }
}
