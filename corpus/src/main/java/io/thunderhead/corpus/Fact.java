package io.thunderhead.corpus;

/// A sentence of a document that a question may be about. Compared by identity: two facts may read alike.
final class Fact {
    private final String text;

    Fact(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
