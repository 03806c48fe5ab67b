package io.thunderhead.cli.demo;

import java.util.Optional;

/// @param truth the one right answer; absent where nobody knows it
record DemoQuestion(String text, Optional<String> truth) {
    static DemoQuestion open(String text) {
        return new DemoQuestion(text, Optional.empty());
    }
}
