package io.thunderhead.cli.chat;

/// Text of a model or a file on its way to the terminal.
public final class PrintableText {
    private PrintableText() {}

    /// Without control characters: the text could otherwise send the terminal escape sequences.
    public static String of(String text) {
        return text.replaceAll("[\\p{Cc}&&[^\n\t]]", "");
    }
}
