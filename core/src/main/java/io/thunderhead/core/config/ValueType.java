package io.thunderhead.core.config;

import io.thunderhead.core.id.HostPort;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How the text of a setting becomes a value of its component's type.
///
/// @param expected what a user should write, with article
/// @param magnitudes the numbers in a value that the setting's range bounds
/// @param shown a bound of the range in the type's own notation
record ValueType(
        String expected,
        Function<String, Object> parser,
        Function<Object, List<BigDecimal>> magnitudes,
        Function<Long, String> shown) {

    private static final Map<Class<?>, ValueType> SCALARS = Map.ofEntries(
            Map.entry(String.class, unranged("a text", text -> text)),
            Map.entry(int.class, number("an integer", Integer::valueOf)),
            Map.entry(Integer.class, number("an integer", Integer::valueOf)),
            Map.entry(long.class, number("an integer", Long::valueOf)),
            Map.entry(Long.class, number("an integer", Long::valueOf)),
            Map.entry(float.class, number("a number", text -> finite(Float.valueOf(text)))),
            Map.entry(double.class, number("a number", text -> finite(Double.valueOf(text)))),
            Map.entry(boolean.class, unranged("true or false", ValueType::parseBoolean)),
            Map.entry(Path.class, unranged("a path", Path::of)),
            Map.entry(HostPort.class, unranged("host:port", HostPort::parse)),
            Map.entry(
                    Bytes.class,
                    new ValueType(
                            "a size like 64MiB",
                            Bytes::parse,
                            value -> List.of(BigDecimal.valueOf(((Bytes) value).value())),
                            bound -> new Bytes(bound).toString())),
            Map.entry(
                    Duration.class,
                    new ValueType(
                            "a duration like 30s",
                            Durations::parse,
                            value -> List.of(BigDecimal.valueOf(((Duration) value).toNanos(), 6)),
                            bound -> Durations.format(Duration.ofMillis(bound)))));

    static ValueType of(Type type) {
        if (type instanceof ParameterizedType generic) {
            ValueType element = of(generic.getActualTypeArguments()[0]);
            return generic.getRawType() == Optional.class ? optional(element) : list(element);
        }
        if (type instanceof Class<?> plain && plain.isEnum()) {
            return choice(plain);
        }
        ValueType scalar = type instanceof Class<?> plain ? SCALARS.get(plain) : null;
        if (scalar == null) {
            throw new IllegalArgumentException("no text form for settings of type " + type.getTypeName());
        }
        return scalar;
    }

    Object parse(String text) {
        return parser.apply(text);
    }

    List<BigDecimal> magnitudes(Object value) {
        return magnitudes.apply(value);
    }

    String shown(long bound) {
        return bound < 0 ? Long.toString(bound) : shown.apply(bound);
    }

    private static ValueType unranged(String expected, Function<String, Object> parser) {
        return new ValueType(expected, parser, value -> List.of(), bound -> Long.toString(bound));
    }

    private static ValueType number(String expected, Function<String, Object> parser) {
        return new ValueType(
                expected, parser, value -> List.of(new BigDecimal(value.toString())), bound -> Long.toString(bound));
    }

    private static ValueType optional(ValueType element) {
        return new ValueType(
                element.expected + " or nothing",
                text -> text.isBlank() ? Optional.empty() : Optional.of(element.parse(text)),
                value -> ((Optional<?>) value).map(element.magnitudes).orElse(List.of()),
                element.shown);
    }

    private static ValueType list(ValueType element) {
        return new ValueType(
                "a list of (" + element.expected + ") with commas",
                text -> Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .map(element::parse)
                        .toList(),
                value -> ((List<?>) value)
                        .stream()
                                .flatMap(each -> element.magnitudes.apply(each).stream())
                                .toList(),
                element.shown);
    }

    /// Constants are written as they print, or as their names in kebab case.
    private static ValueType choice(Class<?> type) {
        Object[] constants = type.getEnumConstants();
        String expected = Stream.of(constants).map(ValueType::kebab).collect(Collectors.joining(", ", "one of ", ""));
        return unranged(
                expected,
                text -> Stream.of(constants)
                        .filter(constant ->
                                kebab(constant).equalsIgnoreCase(text.strip().replace('_', '-')))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(text)));
    }

    private static String kebab(Object constant) {
        return constant.toString().replace('_', '-').toLowerCase(Locale.ROOT);
    }

    private static Boolean parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static <N extends Number> N finite(N value) {
        if (!Double.isFinite(value.doubleValue())) {
            throw new IllegalArgumentException("not finite: " + value);
        }
        return value;
    }
}
