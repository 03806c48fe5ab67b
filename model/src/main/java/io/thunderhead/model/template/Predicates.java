package io.thunderhead.model.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Jinja's tests: `x is defined`.
final class Predicates {
    private Predicates() {}

    static boolean test(String name, @Nullable Object value, Callable.Values arguments) {
        int line = arguments.line();
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "boolean" -> value instanceof Boolean;
            case "string" -> value instanceof String;
            case "number" -> Operators.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "mapping" -> value instanceof Map;
            case "sequence", "iterable" -> value instanceof List || value instanceof Map || value instanceof String;
            case "callable" -> value instanceof Callable;
            case "odd" -> Operators.equal(Operators.arithmetic("%", value, 2L, line), 1L);
            case "even" -> Operators.equal(Operators.arithmetic("%", value, 2L, line), 0L);
            case "divisibleby" ->
                Operators.equal(Operators.arithmetic("%", value, arguments.required(0, "num"), line), 0L);
            case "equalto", "eq", "==", "sameas" -> Operators.equal(value, arguments.required(0, "other"));
            case "ne", "!=" -> !Operators.equal(value, arguments.required(0, "other"));
            case "lt", "<" -> Operators.compare(value, arguments.required(0, "other"), line) < 0;
            case "gt", ">" -> Operators.compare(value, arguments.required(0, "other"), line) > 0;
            case "le", "<=" -> Operators.compare(value, arguments.required(0, "other"), line) <= 0;
            case "ge", ">=" -> Operators.compare(value, arguments.required(0, "other"), line) >= 0;
            case "in" -> Operators.contains(arguments.required(0, "seq"), value, line);
            default -> throw TemplateException.at(line, "unknown test '" + name + "'");
        };
    }
}
