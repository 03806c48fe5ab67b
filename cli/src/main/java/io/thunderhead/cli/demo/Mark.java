package io.thunderhead.cli.demo;

import java.util.Optional;

/// What an answer is worth.
enum Mark {
    RIGHT("right"),
    WRONG("wrong"),
    /// Nobody knows the truth.
    UNJUDGED("");

    private final String word;

    Mark(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    /// Right is the text of the truth, white space at its ends aside. Lists have one order, that of the document, for
    /// which the question asks.
    static Mark of(String said, Optional<String> truth) {
        return truth.map(text -> said.strip().equals(text.strip()) ? RIGHT : WRONG)
                .orElse(UNJUDGED);
    }
}
