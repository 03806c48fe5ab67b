package io.thunderhead.model.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Expressions by Jinja's precedence, loosest first: conditional, or, and, not, comparison, `+ -`, `~`, `* / // %`,
/// sign, `**`, and then filters and tests, which bind tighter than any operator.
final class ExpressionParser {
    private static final int DEPTH_MAX = 200;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final TokenReader tokens;
    private int depth;

    ExpressionParser(TokenReader tokens) {
        this.tokens = tokens;
    }

    Expression parse() {
        if (++depth > DEPTH_MAX) {
            throw tokens.error("expression nested deeper than " + DEPTH_MAX);
        }
        Expression value = or();
        while (tokens.takeName("if")) {
            Expression condition = or();
            Optional<Expression> otherwise = tokens.takeName("else") ? Optional.of(parse()) : Optional.empty();
            value = new Expression.Conditional(value.line(), condition, value, otherwise);
        }
        depth--;
        return value;
    }

    /// As [#parse], but an `if` after it is not part of it: the items of a `for`.
    Expression parseWithoutConditional() {
        return or();
    }

    /// One expression, or several with commas, which make a list.
    Expression parseTuple() {
        Expression first = parse();
        if (!tokens.at(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.take(",")) {
            items.add(parse());
        }
        return new Expression.ListOf(first.line(), items);
    }

    private Expression or() {
        Expression left = and();
        while (tokens.takeName("or")) {
            left = new Expression.Binary(left.line(), "or", left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.takeName("and")) {
            left = new Expression.Binary(left.line(), "and", left, not());
        }
        return left;
    }

    private Expression not() {
        int line = tokens.line();
        return tokens.takeName("not") ? new Expression.Unary(line, "not", not()) : comparison();
    }

    private Expression comparison() {
        Expression left = additive();
        while (true) {
            Optional<String> operator = tokens.takeAny(COMPARISONS);
            if (operator.isPresent()) {
                left = new Expression.Binary(left.line(), operator.get(), left, additive());
            } else if (tokens.takeName("in")) {
                left = new Expression.Binary(left.line(), "in", left, additive());
            } else if (tokens.atNames("not", "in")) {
                tokens.next();
                tokens.next();
                Expression in = new Expression.Binary(left.line(), "in", left, additive());
                left = new Expression.Unary(left.line(), "not", in);
            } else {
                return left;
            }
        }
    }

    private Expression additive() {
        return leftToRight(Set.of("+", "-"), this::concatenation);
    }

    private Expression concatenation() {
        return leftToRight(Set.of("~"), this::multiplicative);
    }

    private Expression multiplicative() {
        return leftToRight(Set.of("*", "/", "//", "%"), () -> sign(true));
    }

    private Expression leftToRight(Set<String> operators, Supplier<Expression> operand) {
        Expression left = operand.get();
        Optional<String> operator = tokens.takeAny(operators);
        while (operator.isPresent()) {
            left = new Expression.Binary(left.line(), operator.get(), left, operand.get());
            operator = tokens.takeAny(operators);
        }
        return left;
    }

    private Expression sign(boolean withFilters) {
        int line = tokens.line();
        Optional<String> sign = tokens.takeAny(Set.of("-", "+"));
        Expression value = sign.isPresent() ? new Expression.Unary(line, sign.get(), sign(false)) : postfix(primary());
        if (tokens.take("**")) {
            value = new Expression.Binary(line, "**", value, sign(false));
        }
        return withFilters ? filtersAndTests(value) : value;
    }

    private Expression filtersAndTests(Expression target) {
        Expression value = target;
        while (true) {
            if (tokens.take("|")) {
                value = new Expression.Filter(value.line(), value, tokens.name(), optionalArguments());
            } else if (tokens.takeName("is")) {
                boolean negated = tokens.takeName("not");
                value = new Expression.Test(value.line(), value, tokens.name(), testArguments(), negated);
            } else if (tokens.at("(")) {
                value = postfix(value);
            } else {
                return value;
            }
        }
    }

    private Expression.Arguments optionalArguments() {
        return tokens.at("(") ? arguments() : Expression.Arguments.NONE;
    }

    /// A test's one argument may stand without brackets: `x is divisibleby 3`.
    private Expression.Arguments testArguments() {
        if (tokens.at("(")) {
            return arguments();
        }
        return tokens.atValue()
                ? new Expression.Arguments(List.of(postfix(primary())), Map.of())
                : Expression.Arguments.NONE;
    }

    private Expression postfix(Expression target) {
        Expression value = target;
        while (true) {
            int line = tokens.line();
            if (tokens.take(".")) {
                value = new Expression.Attribute(line, value, tokens.name());
            } else if (tokens.take("[")) {
                value = subscript(line, value);
            } else if (tokens.at("(")) {
                value = new Expression.Call(line, value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(int line, Expression target) {
        Optional<Expression> start = sliceBound();
        if (!tokens.take(":")) {
            tokens.expect("]");
            return new Expression.Index(line, target, start.orElseThrow(() -> tokens.error("empty subscript")));
        }
        Optional<Expression> stop = sliceBound();
        Optional<Expression> step = tokens.take(":") ? sliceBound() : Optional.empty();
        tokens.expect("]");
        return new Expression.Slice(line, target, start, stop, step);
    }

    private Optional<Expression> sliceBound() {
        return tokens.at(":") || tokens.at("]") ? Optional.empty() : Optional.of(parse());
    }

    private Expression.Arguments arguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        tokens.expect("(");
        while (!tokens.take(")")) {
            if (tokens.atNamedArgument()) {
                String name = tokens.name();
                tokens.expect("=");
                named.put(name, parse());
            } else {
                positional.add(parse());
            }
            if (!tokens.at(")")) {
                tokens.expect(",");
            }
        }
        return new Expression.Arguments(positional, named);
    }

    private Expression primary() {
        Token token = tokens.next();
        int line = token.line();
        return switch (token.kind()) {
            case NAME -> name(token);
            case STRING -> new Expression.Literal(line, adjacentStrings(token));
            case INTEGER -> new Expression.Literal(line, integer(token));
            case FLOAT -> new Expression.Literal(line, Double.valueOf(token.text()));
            case OPERATOR -> bracket(token);
            case TEXT, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw TemplateException.at(line, "expected an expression");
        };
    }

    private static Expression name(Token token) {
        int line = token.line();
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(line, true);
            case "false", "False" -> new Expression.Literal(line, false);
            case "none", "None" -> new Expression.Literal(line, null);
            default -> new Expression.Name(line, token.text());
        };
    }

    private String adjacentStrings(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.peek().kind() == Token.Kind.STRING) {
            text.append(tokens.next().text());
        }
        return text.toString();
    }

    private static Long integer(Token token) {
        try {
            return Long.valueOf(token.text());
        } catch (NumberFormatException e) {
            throw TemplateException.at(token.line(), "number too large: " + token.text());
        }
    }

    private Expression bracket(Token open) {
        return switch (open.text()) {
            case "(" -> tuple(open.line());
            case "[" -> new Expression.ListOf(open.line(), items("]"));
            case "{" -> dict(open.line());
            default -> throw TemplateException.at(open.line(), "expected an expression, found '" + open.text() + "'");
        };
    }

    private Expression tuple(int line) {
        if (tokens.take(")")) {
            return new Expression.ListOf(line, List.of());
        }
        Expression first = parse();
        if (tokens.take(")")) {
            return first;
        }
        tokens.expect(",");
        List<Expression> items = new ArrayList<>(List.of(first));
        items.addAll(items(")"));
        return new Expression.ListOf(line, items);
    }

    private List<Expression> items(String close) {
        List<Expression> items = new ArrayList<>();
        while (!tokens.take(close)) {
            items.add(parse());
            if (!tokens.at(close)) {
                tokens.expect(",");
            }
        }
        return items;
    }

    private Expression dict(int line) {
        List<Map.Entry<Expression, Expression>> entries = new ArrayList<>();
        while (!tokens.take("}")) {
            Expression key = parse();
            tokens.expect(":");
            entries.add(Map.entry(key, parse()));
            if (!tokens.at("}")) {
                tokens.expect(",");
            }
        }
        return new Expression.DictOf(line, entries);
    }
}
