package io.thunderhead.model.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a template is made of.
sealed interface Statement {
    int line();

    record Text(int line, String text) implements Statement {}

    record Print(int line, Expression value) implements Statement {}

    record If(int line, Expression condition, List<Statement> then, List<Statement> otherwise) implements Statement {}

    record For(
            int line,
            List<String> names,
            Expression items,
            Optional<Expression> filter,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    /// `set a = x`, `set a, b = x`.
    record SetNames(int line, List<String> names, Expression value) implements Statement {}

    /// `set ns.a = x`.
    record SetAttribute(int line, String namespace, String attribute, Expression value) implements Statement {}

    /// `set a` ... `endset`.
    record SetBlock(int line, String name, List<Statement> body) implements Statement {}

    /// Parameters in order, with defaults where there are any.
    record Macro(int line, String name, List<String> parameters, Map<String, Expression> defaults, List<Statement> body)
            implements Statement {}

    /// `generation` ... `endgeneration`: marks trained text, prints what is inside.
    record Generation(int line, List<Statement> body) implements Statement {}
}
