package io.thunderhead.cli.demo;

import io.thunderhead.cli.chat.PrintableText;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/// How the demonstration looks. Colour only repeats what words say.
final class DemoScreen {
    private static final String INDENT = "    ";
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String GREEN = "\u001b[1;32m";
    private static final String RED = "\u001b[1;31m";
    private static final int GLIMPSE_LINES = 4;
    private static final int GLIMPSE_CHARS = 100;

    private final PrintWriter out;
    private final boolean colour;

    DemoScreen(PrintWriter out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    /// On this process's standard output: coloured on a terminal, unless NO_COLOR is set (no-color.org) or TERM is
    /// dumb.
    @SuppressWarnings("SystemConsoleNull") // Java 25 returns null where there is no terminal, whatever 22 did
    static DemoScreen ofProcess(PrintWriter out, Map<String, String> environment) {
        boolean terminal = System.console() != null && System.console().isTerminal();
        return new DemoScreen(out, terminal && wantsColour(environment));
    }

    static boolean wantsColour(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    void heading(String text) {
        line("");
        line(painted(BOLD, text));
    }

    void remark(String text) {
        line(painted(DIM, text));
    }

    /// The beginning of a text and of its last paragraph, so that one sees what kind of text it is.
    void glimpse(String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        lines.stream().limit(GLIMPSE_LINES).forEach(this::glimpseLine);
        if (lines.size() > GLIMPSE_LINES) {
            glimpseLine("...");
            glimpseLine(lines.getLast());
        }
    }

    private void glimpseLine(String text) {
        String shown = PrintableText.of(text);
        int end = shown.offsetByCodePoints(0, Math.min(GLIMPSE_CHARS, shown.codePointCount(0, shown.length())));
        line(INDENT + painted(DIM, end < shown.length() ? shown.substring(0, end) + "..." : shown));
    }

    void question(int number, String text) {
        line("");
        line(painted(BOLD, number + ". " + PrintableText.of(text)));
        out.print(INDENT);
        out.flush();
    }

    /// A piece of an answer, as it comes.
    void piece(String text) {
        out.print(PrintableText.of(text).replace("\n", "\n" + INDENT));
        out.flush();
    }

    void answered(AnsweredQuestion answer, String times) {
        line("");
        String mark = switch (answer.mark()) {
            case RIGHT -> painted(GREEN, answer.mark().word()) + "  ";
            case WRONG -> painted(RED, answer.mark().word()) + "  ";
            case UNJUDGED -> "";
        };
        line(INDENT + mark + painted(DIM, times));
        if (answer.mark() == Mark.WRONG) {
            line(INDENT + "expected: " + answer.question().truth().orElse(""));
        }
    }

    private String painted(String style, String text) {
        return colour ? style + text + RESET : text;
    }
}
