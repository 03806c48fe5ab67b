package io.thunderhead.model.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Jinja's filters: `x | trim`.
final class Filters {
    private static final int INDENT_MAX = 16;

    private Filters() {}

    static @Nullable Object apply(String name, @Nullable Object value, Callable.Values arguments) {
        int line = arguments.line();
        return switch (name) {
            case "tojson" -> PythonJson.dumps(value, indent(arguments), line);
            case "trim" -> Methods.strip(text(value, line), Methods.characters(arguments), true, true);
            case "upper" -> text(value, line).toUpperCase(Locale.ROOT);
            case "lower" -> text(value, line).toLowerCase(Locale.ROOT);
            case "capitalize" -> Methods.capitalize(text(value, line));
            case "title" -> Methods.title(text(value, line));
            case "string", "safe" -> text(value, line);
            case "replace" ->
                Methods.replace(
                        text(value, line),
                        arguments.text(0, "old"),
                        arguments.text(1, "new"),
                        arguments.integer(2, "count", -1),
                        line);
            case "int" -> integer(value, arguments);
            case "abs" -> Operators.compare(value, 0L, line) < 0 ? Operators.arithmetic("-", 0L, value, line) : value;
            case "default", "d" -> fallback(value, arguments);
            case "items" -> value instanceof Map<?, ?> map ? Methods.items(map) : notA("mapping", value, line);
            default -> ofSequence(name, value, arguments);
        };
    }

    private static @Nullable Object ofSequence(String name, @Nullable Object value, Callable.Values arguments) {
        int line = arguments.line();
        List<? extends @Nullable Object> items = Operators.items(value, line);
        return switch (name) {
            case "length", "count" -> (long) items.size();
            case "list" -> new ArrayList<>(items);
            case "first" -> items.isEmpty() ? new Undefined("first") : items.getFirst();
            case "last" -> items.isEmpty() ? new Undefined("last") : items.getLast();
            case "reverse" ->
                value instanceof String text ? new StringBuilder(text).reverse().toString() : items.reversed();
            case "unique" -> items.stream().distinct().toList();
            case "sort" ->
                items.stream().sorted((a, b) -> Operators.compare(a, b, line)).toList();
            case "join" -> join(items, arguments);
            case "map" -> map(items, arguments);
            case "select" ->
                items.stream().filter(item -> holds(item, 0, arguments)).toList();
            case "reject" ->
                items.stream().filter(item -> !holds(item, 0, arguments)).toList();
            case "selectattr" ->
                items.stream().filter(item -> attributeHolds(item, arguments)).toList();
            case "rejectattr" ->
                items.stream().filter(item -> !attributeHolds(item, arguments)).toList();
            default -> throw TemplateException.at(line, "unknown filter '" + name + "'");
        };
    }

    private static String text(@Nullable Object value, int line) {
        return PythonText.str(value, line);
    }

    private static int indent(Callable.Values arguments) {
        Object indent = arguments.get(0, "indent", null);
        return indent instanceof Long blanks ? Math.clamp(blanks, 0, INDENT_MAX) : 0;
    }

    private static @Nullable Object fallback(@Nullable Object value, Callable.Values arguments) {
        boolean alsoFalse = Operators.isTrue(arguments.get(1, "boolean", false));
        boolean missing = value instanceof Undefined || (alsoFalse && !Operators.isTrue(value));
        return missing ? arguments.get(0, "default_value", "") : value;
    }

    private static Long integer(@Nullable Object value, Callable.Values arguments) {
        try {
            return value instanceof Number number
                    ? number.longValue()
                    : Long.parseLong(text(value, arguments.line()).strip());
        } catch (NumberFormatException e) {
            return (long) arguments.integer(0, "default", 0);
        }
    }

    private static String join(List<? extends @Nullable Object> items, Callable.Values arguments) {
        Object attribute = arguments.get(1, "attribute", null);
        List<? extends @Nullable Object> parts = attribute == null
                ? items
                : items.stream().map(item -> Attributes.get(item, attribute)).toList();
        return Methods.join(PythonText.str(arguments.get(0, "d", ""), arguments.line()), parts, arguments.line());
    }

    private static List<@Nullable Object> map(List<? extends @Nullable Object> items, Callable.Values arguments) {
        List<@Nullable Object> mapped = new ArrayList<>();
        Object attribute = arguments.named().get("attribute");
        for (Object item : items) {
            Object value = attribute == null
                    ? apply(arguments.text(0, "filter"), item, rest(arguments, 1))
                    : Attributes.get(item, attribute);
            mapped.add(
                    value instanceof Undefined && arguments.named().containsKey("default")
                            ? arguments.named().get("default")
                            : value);
        }
        return mapped;
    }

    private static boolean attributeHolds(@Nullable Object item, Callable.Values arguments) {
        return holds(Attributes.get(item, arguments.required(0, "attribute")), 1, arguments);
    }

    /// The test named at `index` with the arguments after it; without one, truth.
    private static boolean holds(@Nullable Object value, int index, Callable.Values arguments) {
        return arguments.positional().size() <= index
                ? Operators.isTrue(value)
                : Predicates.test(arguments.text(index, "test"), value, rest(arguments, index + 1));
    }

    private static Callable.Values rest(Callable.Values arguments, int from) {
        List<@Nullable Object> positional = arguments.positional();
        return new Callable.Values(
                positional.subList(Math.min(from, positional.size()), positional.size()), Map.of(), arguments.line());
    }

    private static Object notA(String expected, @Nullable Object value, int line) {
        throw TemplateException.at(line, Operators.typeName(value) + " is not a " + expected);
    }
}
