package io.thunderhead.model.template;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A parser's place in the tokens.
final class TokenReader {
    /// Names that end a test's target instead of being its argument.
    private static final Set<String> NOT_VALUES = Set.of("and", "or", "not", "if", "else", "in", "is");

    private final List<Token> tokens;
    private int position;

    TokenReader(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(position);
    }

    /// The last token, END, is given again and again.
    Token next() {
        Token token = peek();
        position = Math.min(position + 1, tokens.size() - 1);
        return token;
    }

    int line() {
        return peek().line();
    }

    boolean at(String operator) {
        return peek().is(Token.Kind.OPERATOR, operator);
    }

    boolean atNames(String first, String second) {
        return peek().is(Token.Kind.NAME, first) && tokens.get(position + 1).is(Token.Kind.NAME, second);
    }

    boolean atNamedArgument() {
        return peek().kind() == Token.Kind.NAME && tokens.get(position + 1).is(Token.Kind.OPERATOR, "=");
    }

    boolean atValue() {
        return switch (peek().kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !NOT_VALUES.contains(peek().text());
            case TEXT, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, OPERATOR, END -> false;
        };
    }

    boolean take(String operator) {
        return take(Token.Kind.OPERATOR, operator);
    }

    boolean takeName(String name) {
        return take(Token.Kind.NAME, name);
    }

    Optional<String> takeAny(Set<String> operators) {
        return peek().kind() == Token.Kind.OPERATOR && operators.contains(peek().text())
                ? Optional.of(next().text())
                : Optional.empty();
    }

    void expect(String operator) {
        if (!take(operator)) {
            throw error("expected '" + operator + "'");
        }
    }

    void expect(Token.Kind kind) {
        if (next().kind() != kind) {
            throw error("expected the end of the block");
        }
    }

    String name() {
        Token token = next();
        if (token.kind() != Token.Kind.NAME) {
            throw TemplateException.at(token.line(), "expected a name");
        }
        return token.text();
    }

    TemplateException error(String message) {
        String found = peek().text().isEmpty() ? peek().kind().toString() : "'" + peek().text() + "'";
        return TemplateException.at(line(), message + ", found " + found);
    }

    private boolean take(Token.Kind kind, String text) {
        boolean taken = peek().is(kind, text);
        if (taken) {
            next();
        }
        return taken;
    }
}
