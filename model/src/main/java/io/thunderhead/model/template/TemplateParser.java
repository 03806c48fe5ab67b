package io.thunderhead.model.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Tokens to statements.
final class TemplateParser {
    private static final int DEPTH_MAX = 200;

    private final TokenReader tokens;
    private final ExpressionParser expressions;
    private int depth;

    private TemplateParser(List<Token> tokens) {
        this.tokens = new TokenReader(tokens);
        this.expressions = new ExpressionParser(this.tokens);
    }

    static List<Statement> parse(String source) {
        TemplateParser parser = new TemplateParser(Lexer.tokens(source));
        List<Statement> statements = parser.body(Set.of());
        if (parser.tokens.peek().kind() != Token.Kind.END) {
            throw parser.tokens.error("unexpected end of a block");
        }
        return statements;
    }

    /// Statements up to a block that begins with one of `ends`, whose name is then the next token.
    private List<Statement> body(Set<String> ends) {
        enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            switch (token.kind()) {
                case TEXT ->
                    statements.add(
                            new Statement.Text(token.line(), tokens.next().text()));
                case PRINT_BEGIN -> statements.add(print());
                case BLOCK_BEGIN -> {
                    tokens.next();
                    if (ends.contains(tokens.peek().text())) {
                        depth--;
                        return statements;
                    }
                    statements.add(block());
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw tokens.error("expected one of " + ends);
                    }
                    depth--;
                    return statements;
                }
            }
        }
    }

    private void enter() {
        if (++depth > DEPTH_MAX) {
            throw tokens.error("blocks nested deeper than " + DEPTH_MAX);
        }
    }

    private Statement print() {
        int line = tokens.next().line();
        Expression value = expressions.parseTuple();
        tokens.expect(Token.Kind.PRINT_END);
        return new Statement.Print(line, value);
    }

    private Statement block() {
        int line = tokens.line();
        String keyword = tokens.name();
        return switch (keyword) {
            case "if" -> conditional(line);
            case "for" -> loop(line);
            case "set" -> assignment(line);
            case "macro" -> macro(line);
            case "generation" -> {
                endOfBlock();
                yield new Statement.Generation(line, bodyUntil("endgeneration"));
            }
            case "break" -> {
                endOfBlock();
                yield new Statement.Break(line);
            }
            case "continue" -> {
                endOfBlock();
                yield new Statement.Continue(line);
            }
            default -> throw TemplateException.at(line, "unknown tag '" + keyword + "'");
        };
    }

    private Statement conditional(int line) {
        enter();
        Expression condition = expressions.parse();
        endOfBlock();
        List<Statement> then = body(Set.of("elif", "else", "endif"));
        int nextLine = tokens.line();
        String next = tokens.name();
        List<Statement> otherwise;
        if (next.equals("elif")) {
            otherwise = List.of(conditional(nextLine));
        } else {
            endOfBlock();
            otherwise = next.equals("else") ? bodyUntil("endif") : List.of();
        }
        depth--;
        return new Statement.If(line, condition, then, otherwise);
    }

    private Statement loop(int line) {
        List<String> names = names();
        if (!tokens.takeName("in")) {
            throw tokens.error("expected 'in'");
        }
        Expression items = expressions.parseWithoutConditional();
        Optional<Expression> filter = tokens.takeName("if") ? Optional.of(expressions.parse()) : Optional.empty();
        endOfBlock();
        List<Statement> body = body(Set.of("else", "endfor"));
        boolean hasElse = tokens.name().equals("else");
        endOfBlock();
        return new Statement.For(line, names, items, filter, body, hasElse ? bodyUntil("endfor") : List.of());
    }

    private Statement assignment(int line) {
        List<String> names = names();
        if (tokens.take(".")) {
            String attribute = tokens.name();
            return new Statement.SetAttribute(line, names.getFirst(), attribute, assigned());
        }
        if (tokens.at("=")) {
            return new Statement.SetNames(line, names, assigned());
        }
        endOfBlock();
        return new Statement.SetBlock(line, names.getFirst(), bodyUntil("endset"));
    }

    private Expression assigned() {
        tokens.expect("=");
        Expression value = expressions.parseTuple();
        endOfBlock();
        return value;
    }

    private Statement macro(int line) {
        String name = tokens.name();
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        tokens.expect("(");
        while (!tokens.take(")")) {
            String parameter = tokens.name();
            parameters.add(parameter);
            if (tokens.take("=")) {
                defaults.put(parameter, expressions.parse());
            }
            if (!tokens.at(")")) {
                tokens.expect(",");
            }
        }
        endOfBlock();
        return new Statement.Macro(line, name, parameters, defaults, bodyUntil("endmacro"));
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(List.of(tokens.name()));
        while (tokens.take(",")) {
            names.add(tokens.name());
        }
        return names;
    }

    private List<Statement> bodyUntil(String end) {
        List<Statement> body = body(Set.of(end));
        tokens.next();
        endOfBlock();
        return body;
    }

    private void endOfBlock() {
        tokens.expect(Token.Kind.BLOCK_END);
    }
}
