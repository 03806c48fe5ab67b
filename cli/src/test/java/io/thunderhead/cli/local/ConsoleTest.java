package io.thunderhead.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void prefixesLinesWithTheChildsName() {
        Console console = console(false);

        console.line("expert-0", "loaded");
        console.line("expert-0", "WARNING: Using incubator modules: jdk.incubator.vector");

        assertThat(shown()).isEqualTo("[expert-0] loaded\n");
    }

    @Test
    void showsQuartersWithoutATerminal() {
        Console console = console(false);

        for (long loaded = 0; loaded <= 8; loaded++) {
            console.progress("expert-0", loading(loaded));
        }

        assertThat(shown().lines())
                .containsExactly(
                        "[expert-0] loaded 25 % of 8 B",
                        "[expert-0] loaded 50 % of 8 B",
                        "[expert-0] loaded 75 % of 8 B",
                        "[expert-0] loaded 100 % of 8 B");
    }

    @Test
    void redrawsBarsBelowLinesOnATerminal() {
        Console console = console(true);

        console.progress("expert-0", loading(4));
        console.line("expert-1", "hello");
        console.progress("expert-0", new ChildStatus(8, 8, true, Map.of(), "ready"));

        String bar = "[expert-0] [===============               ] 4 B of 8 B layer 3\n";
        assertThat(shown()).isEqualTo(bar + "\u001b[1A\u001b[J[expert-1] hello\n" + bar + "\u001b[1A\u001b[J");
    }

    private static ChildStatus loading(long loaded) {
        return new ChildStatus(loaded, 8, false, Map.of(), "layer 3");
    }

    private Console console(boolean terminal) {
        return new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
    }

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
