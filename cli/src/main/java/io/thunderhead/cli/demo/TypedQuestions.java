package io.thunderhead.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// Questions that the user types, or that come through a pipe; an empty line or the end of input ends them.
record TypedQuestions(BufferedReader input, DemoScreen screen) {
    Optional<DemoQuestion> next() {
        try {
            screen.line("");
            screen.line("Your question (an empty line ends):");
            String line = input.readLine();
            return line == null || line.isBlank() ? Optional.empty() : Optional.of(DemoQuestion.open(line.strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
