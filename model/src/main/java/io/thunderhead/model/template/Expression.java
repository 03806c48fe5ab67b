package io.thunderhead.model.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What stands in `{{ }}` and in the conditions of blocks. Values: null (none), [Undefined], Boolean, Long, Double,
/// String, List, Map, [Callable].
sealed interface Expression {
    /// Where it begins, for messages.
    int line();

    record Literal(int line, @Nullable Object value) implements Expression {}

    record Name(int line, String name) implements Expression {}

    record ListOf(int line, List<Expression> items) implements Expression {}

    record DictOf(int line, List<Map.Entry<Expression, Expression>> entries) implements Expression {}

    record Attribute(int line, Expression target, String name) implements Expression {}

    record Index(int line, Expression target, Expression key) implements Expression {}

    record Slice(
            int line,
            Expression target,
            Optional<Expression> start,
            Optional<Expression> stop,
            Optional<Expression> step)
            implements Expression {}

    record Call(int line, Expression target, Arguments arguments) implements Expression {}

    record Filter(int line, Expression target, String name, Arguments arguments) implements Expression {}

    record Test(int line, Expression target, String name, Arguments arguments, boolean negated) implements Expression {}

    record Unary(int line, String operator, Expression operand) implements Expression {}

    record Binary(int line, String operator, Expression left, Expression right) implements Expression {}

    record Conditional(int line, Expression condition, Expression then, Optional<Expression> otherwise)
            implements Expression {}

    /// Written arguments of a call, filter or test.
    record Arguments(List<Expression> positional, Map<String, Expression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());
    }
}
