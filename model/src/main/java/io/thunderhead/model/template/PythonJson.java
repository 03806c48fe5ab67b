package io.thunderhead.model.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as Python's `json.dumps(value, ensure_ascii=False)` writes it, which is transformers' `tojson`: key order kept,
/// `, ` and `: ` between, nothing escaped for HTML.
final class PythonJson {
    private static final int DEPTH_MAX = 100;

    private final Output output;
    private final int indent;
    private final int line;

    private PythonJson(int indent, int line) {
        this.output = new Output(line);
        this.indent = indent;
        this.line = line;
    }

    /// @param indent blanks a level; 0 = all on one line
    static String dumps(@Nullable Object value, int indent, int line) {
        PythonJson json = new PythonJson(indent, line);
        json.write(value, 0);
        return json.output.toString();
    }

    private void write(@Nullable Object value, int depth) {
        if (depth > DEPTH_MAX) {
            throw TemplateException.at(line, "value nested deeper than " + DEPTH_MAX);
        }
        switch (value) {
            case null -> output.append("null");
            case Boolean flag -> output.append(flag.toString());
            case Double number -> output.append(number(number));
            case Number number -> output.append(number.toString());
            case String text -> string(text);
            case List<?> list -> list(list, depth);
            case Map<?, ?> map -> map(map, depth);
            default ->
                throw TemplateException.at(
                        line, "no JSON form of " + value.getClass().getSimpleName());
        }
    }

    private static String number(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : PythonText.number(value);
    }

    private void list(List<?> list, int depth) {
        output.append("[");
        boolean first = true;
        for (Object item : list) {
            separate(first, depth + 1);
            write(item, depth + 1);
            first = false;
        }
        close("]", first, depth);
    }

    private void map(Map<?, ?> map, int depth) {
        output.append("{");
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            separate(first, depth + 1);
            string(PythonText.str(entry.getKey(), line));
            output.append(": ");
            write(entry.getValue(), depth + 1);
            first = false;
        }
        close("}", first, depth);
    }

    private void separate(boolean first, int depth) {
        if (indent > 0) {
            output.append(first ? "\n" : ",\n").append(" ".repeat(indent * depth));
        } else if (!first) {
            output.append(", ");
        }
    }

    private void close(String bracket, boolean empty, int depth) {
        if (indent > 0 && !empty) {
            output.append("\n").append(" ".repeat(indent * depth));
        }
        output.append(bracket);
    }

    private void string(String text) {
        StringBuilder escaped = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '"', '\\' -> escaped.append('\\').append(character);
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                case '\b' -> escaped.append("\\b");
                case '\f' -> escaped.append("\\f");
                default -> {
                    if (character < ' ') {
                        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
                    } else {
                        escaped.append(character);
                    }
                }
            }
        }
        output.append(escaped.append('"').toString());
    }
}
