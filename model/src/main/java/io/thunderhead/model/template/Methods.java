package io.thunderhead.model.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The methods of Python's strings and dicts that chat templates call.
final class Methods {
    private static final Pattern SPACES = Pattern.compile("\\s+");

    private Methods() {}

    /// A bound method, or [Undefined] if there is none of this name.
    static Object of(String text, String name) {
        return switch (name) {
            case "strip" -> (Callable) arguments -> stripped(text, arguments, true, true);
            case "lstrip" -> (Callable) arguments -> stripped(text, arguments, true, false);
            case "rstrip" -> (Callable) arguments -> stripped(text, arguments, false, true);
            case "upper" -> (Callable) arguments -> text.toUpperCase(Locale.ROOT);
            case "lower" -> (Callable) arguments -> text.toLowerCase(Locale.ROOT);
            case "capitalize" -> (Callable) arguments -> capitalize(text);
            case "title" -> (Callable) arguments -> title(text);
            case "startswith" ->
                (Callable) arguments -> anyOf(arguments).stream().anyMatch(text::startsWith);
            case "endswith" -> (Callable) arguments -> anyOf(arguments).stream().anyMatch(text::endsWith);
            case "find" -> (Callable) arguments -> (long) text.indexOf(arguments.text(0, "sub"));
            case "count" ->
                (Callable) arguments -> (long) split(text, arguments.text(0, "sub"), -1, arguments.line())
                                .size()
                        - 1;
            case "isdigit" ->
                (Callable) arguments -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
            case "split" -> (Callable) arguments -> split(text, arguments);
            case "splitlines" -> (Callable) arguments -> text.lines().toList();
            case "replace" ->
                (Callable) arguments -> replace(
                        text,
                        arguments.text(0, "old"),
                        arguments.text(1, "new"),
                        arguments.integer(2, "count", -1),
                        arguments.line());
            case "join" ->
                (Callable) arguments -> join(
                        text, Operators.items(arguments.required(0, "iterable"), arguments.line()), arguments.line());
            default -> new Undefined(name);
        };
    }

    static Object of(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (Callable) arguments -> items(map);
            case "keys" -> (Callable) arguments -> new ArrayList<>(map.keySet());
            case "values" -> (Callable) arguments -> new ArrayList<>(map.values());
            case "get" ->
                (Callable) arguments -> {
                    Object key = arguments.required(0, "key");
                    return map.containsKey(key) ? map.get(key) : arguments.get(1, "default", null);
                };
            default -> new Undefined(name);
        };
    }

    static List<List<@Nullable Object>> items(Map<?, ?> map) {
        List<List<@Nullable Object>> items = new ArrayList<>();
        map.forEach((key, value) -> {
            List<@Nullable Object> pair = new ArrayList<>();
            pair.add(key);
            pair.add(value);
            items.add(pair);
        });
        return items;
    }

    static String capitalize(String text) {
        return text.isEmpty()
                ? text
                : text.substring(0, 1).toUpperCase(Locale.ROOT)
                        + text.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String text) {
        return Pattern.compile("\\p{L}+").matcher(text).replaceAll(word -> capitalize(word.group()));
    }

    static String join(String separator, List<? extends @Nullable Object> items, int line) {
        Output joined = new Output(line);
        String before = "";
        for (Object item : items) {
            joined.append(before).append(PythonText.str(item, line));
            before = separator;
        }
        return joined.toString();
    }

    static String replace(String text, String from, String to, int count, int line) {
        if (from.isEmpty()) {
            throw TemplateException.at(line, "cannot replace the empty string");
        }
        return join(to, split(text, from, count, line), line);
    }

    /// @param characters to strip; null = white space
    static String strip(String text, @Nullable String characters, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && isStripped(text.charAt(start), characters)) {
            start++;
        }
        while (right && end > start && isStripped(text.charAt(end - 1), characters)) {
            end--;
        }
        return text.substring(start, end);
    }

    /// The argument of `strip` and `trim`; null = white space.
    static @Nullable String characters(Callable.Values arguments) {
        return arguments.get(0, "chars", null) == null ? null : arguments.text(0, "chars");
    }

    private static boolean isStripped(char character, @Nullable String characters) {
        return characters == null
                ? Character.isWhitespace(character) || Character.isSpaceChar(character)
                : characters.indexOf(character) >= 0;
    }

    private static String stripped(String text, Callable.Values arguments, boolean left, boolean right) {
        return strip(text, characters(arguments), left, right);
    }

    private static List<String> anyOf(Callable.Values arguments) {
        Object argument = arguments.required(0, "prefix");
        List<? extends @Nullable Object> options =
                argument instanceof List<?> list ? list : List.of(arguments.text(0, "prefix"));
        return options.stream()
                .map(option -> PythonText.str(option, arguments.line()))
                .toList();
    }

    private static List<String> split(String text, Callable.Values arguments) {
        int max = arguments.integer(1, "maxsplit", -1);
        if (arguments.get(0, "sep", null) == null) {
            String stripped = strip(text, null, true, true);
            return stripped.isEmpty() ? List.of() : List.of(SPACES.split(stripped, max < 0 ? -1 : max + 1));
        }
        return split(text, arguments.text(0, "sep"), max, arguments.line());
    }

    private static List<String> split(String text, String separator, int max, int line) {
        if (separator.isEmpty()) {
            throw TemplateException.at(line, "empty separator");
        }
        List<String> parts = new ArrayList<>();
        int from = 0;
        int at = text.indexOf(separator);
        while (at >= 0 && (max < 0 || parts.size() < max)) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
            at = text.indexOf(separator, from);
        }
        parts.add(text.substring(from));
        return parts;
    }
}
