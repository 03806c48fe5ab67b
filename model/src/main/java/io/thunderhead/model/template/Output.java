package io.thunderhead.model.template;

/// Text of bounded length.
final class Output {
    private final StringBuilder text = new StringBuilder();
    private final int line;

    /// @param line named when it grows too long
    Output(int line) {
        this.line = line;
    }

    Output append(String part) {
        Budget.checkLength((long) text.length() + part.length(), line);
        text.append(part);
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
