package io.thunderhead.model.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Template source to tokens, with white space trimmed as Hugging Face has it set: `trim_blocks` (the newline after a
/// block goes), `lstrip_blocks` (so do blanks before a block on its line), and `-`/`+` by hand.
final class Lexer {
    private static final Pattern BEGIN = Pattern.compile("\\{([{%#])([-+]?)");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
    private static final Pattern NUMBER = Pattern.compile("\\d[\\d_]*(\\.\\d+)?([eE][-+]?\\d+)?");
    private static final Set<String> TWO_SIGNS = Set.of("==", "!=", "<=", ">=", "//", "**");
    /// So that no expression is too deep for the stack of its parser and evaluator.
    private static final int EXPRESSION_TOKENS_MAX = 2000;

    private static final String ONE_SIGN = "+-*/%~<>=()[]{}.,:|";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        // as Jinja: other newlines count as \n, and one at the end is dropped
        String unix = source.replace("\r\n", "\n").replace('\r', '\n');
        return new Lexer(unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix).run();
    }

    private List<Token> run() {
        Matcher begin = BEGIN.matcher(source);
        boolean trimStart = false;
        while (begin.find(position)) {
            char kind = begin.group(1).charAt(0);
            addText(position, textEnd(begin.start(), kind, begin.group(2)), trimStart);
            advanceTo(begin.end());
            trimStart = switch (kind) {
                case '{' -> expression(Token.Kind.PRINT_BEGIN, Token.Kind.PRINT_END, "}}");
                case '%' -> expression(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
                default -> comment();
            };
        }
        addText(position, source.length(), trimStart);
        add(Token.Kind.END, "");
        return tokens;
    }

    private int textEnd(int beginAt, char kind, String sign) {
        if (sign.equals("-")) {
            return skipBack(beginAt, position, true);
        }
        boolean strip = kind != '{' && !sign.equals("+");
        int blanksFrom = skipBack(beginAt, position, false);
        boolean lineStart = blanksFrom == 0 || source.charAt(blanksFrom - 1) == '\n';
        return strip && lineStart ? blanksFrom : beginAt;
    }

    private int skipBack(int from, int limit, boolean newlinesToo) {
        int at = from;
        while (at > limit && isSpace(source.charAt(at - 1)) && (newlinesToo || source.charAt(at - 1) != '\n')) {
            at--;
        }
        return at;
    }

    private void addText(int from, int to, boolean trimStart) {
        int start = from;
        while (trimStart && start < to && isSpace(source.charAt(start))) {
            start++;
        }
        if (start < to) {
            add(Token.Kind.TEXT, source.substring(start, to));
        }
    }

    /// Whether the text after it loses its leading white space.
    private boolean expression(Token.Kind begin, Token.Kind end, String closing) {
        add(begin, "");
        int first = tokens.size();
        int depth = 0;
        while (true) {
            if (tokens.size() - first > EXPRESSION_TOKENS_MAX) {
                throw TemplateException.at(line, "expression of more than " + EXPRESSION_TOKENS_MAX + " parts");
            }
            skipSpace();
            boolean minus = source.startsWith("-" + closing, position);
            boolean plus = source.startsWith("+" + closing, position);
            if (depth == 0 && (minus || plus || source.startsWith(closing, position))) {
                add(end, "");
                advanceTo(position + closing.length() + (minus || plus ? 1 : 0));
                if (end == Token.Kind.BLOCK_END && !minus && !plus) {
                    dropNewline();
                }
                return minus;
            }
            depth += inner();
        }
    }

    private boolean comment() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw TemplateException.at(line, "comment without end");
        }
        boolean minus = end > position && source.charAt(end - 1) == '-';
        advanceTo(end + 2);
        if (!minus) {
            dropNewline();
        }
        return minus;
    }

    private void dropNewline() {
        if (source.startsWith("\n", position)) {
            advanceTo(position + 1);
        }
    }

    /// One token inside an expression; returns by how much brackets open.
    private int inner() {
        if (position >= source.length()) {
            throw TemplateException.at(line, "expression without end");
        }
        char first = source.charAt(position);
        if (first == '\'' || first == '"') {
            string(first);
            return 0;
        }
        if (matched(NAME, Token.Kind.NAME) || number()) {
            return 0;
        }
        return operator(first);
    }

    private boolean matched(Pattern pattern, Token.Kind kind) {
        Matcher matcher = pattern.matcher(source).region(position, source.length());
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group());
        advanceTo(matcher.end());
        return true;
    }

    private boolean number() {
        Matcher matcher = NUMBER.matcher(source).region(position, source.length());
        if (!matcher.lookingAt()) {
            return false;
        }
        boolean fraction = matcher.group(1) != null || matcher.group(2) != null;
        add(fraction ? Token.Kind.FLOAT : Token.Kind.INTEGER, matcher.group().replace("_", ""));
        advanceTo(matcher.end());
        return true;
    }

    private int operator(char first) {
        String two = source.substring(position, Math.min(position + 2, source.length()));
        if (TWO_SIGNS.contains(two)) {
            add(Token.Kind.OPERATOR, two);
            advanceTo(position + 2);
            return 0;
        }
        if (ONE_SIGN.indexOf(first) < 0) {
            throw TemplateException.at(line, "unexpected '" + first + "'");
        }
        add(Token.Kind.OPERATOR, String.valueOf(first));
        advanceTo(position + 1);
        return "([{".indexOf(first) >= 0 ? 1 : ")]}".indexOf(first) >= 0 ? -1 : 0;
    }

    private void string(char quote) {
        StringBuilder value = new StringBuilder();
        int at = position + 1;
        while (at < source.length() && source.charAt(at) != quote) {
            if (source.charAt(at) == '\\' && at + 1 < source.length()) {
                at = escape(at + 1, value);
            } else {
                value.append(source.charAt(at++));
            }
        }
        if (at >= source.length()) {
            throw TemplateException.at(line, "string without end");
        }
        add(Token.Kind.STRING, value.toString());
        advanceTo(at + 1);
    }

    /// Python's escapes; returns the position after it.
    private int escape(int at, StringBuilder value) {
        char code = source.charAt(at);
        switch (code) {
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            case 'r' -> value.append('\r');
            case '\\', '\'', '"' -> value.append(code);
            case 'x' -> {
                return codePoint(at + 1, 2, value);
            }
            case 'u' -> {
                return codePoint(at + 1, 4, value);
            }
            default -> value.append('\\').append(code);
        }
        return at + 1;
    }

    private int codePoint(int at, int digits, StringBuilder value) {
        try {
            value.append((char) Integer.parseInt(source.substring(at, at + digits), 16));
            return at + digits;
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            throw TemplateException.at(line, "bad escape in a string");
        }
    }

    private void skipSpace() {
        int at = position;
        while (at < source.length() && isSpace(source.charAt(at))) {
            at++;
        }
        advanceTo(at);
    }

    private void advanceTo(int to) {
        for (int i = position; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        position = to;
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private static boolean isSpace(char character) {
        return character == ' ' || (character >= '\t' && character <= '\r');
    }
}
