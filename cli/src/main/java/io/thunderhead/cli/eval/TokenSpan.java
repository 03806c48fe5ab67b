package io.thunderhead.cli.eval;

/// Tokens `start` (included) to `end` (excluded) of a conversation.
record TokenSpan(int start, int end) {
    TokenSpan {
        if (start < 1 || end <= start) {
            throw new IllegalArgumentException("expected 1 <= start < end, got " + start + " to " + end);
        }
    }

    int length() {
        return end - start;
    }
}
