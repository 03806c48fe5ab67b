package io.thunderhead.model.template;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values as Python's `str` and `repr` write them, which is what a template's author saw.
final class PythonText {
    private static final int DEPTH_MAX = 100;

    private final Output output;
    private final int line;

    private PythonText(int line) {
        this.output = new Output(line);
        this.line = line;
    }

    static String str(@Nullable Object value, int line) {
        return switch (value) {
            case String text -> text;
            case Undefined _ -> "";
            case null, default -> {
                PythonText text = new PythonText(line);
                text.repr(value, 0);
                yield text.output.toString();
            }
        };
    }

    /// Python's shortest form: `1.0`, `0.0001`, `1e-05`, `1e+16`.
    static String number(double value) {
        double size = Math.abs(value);
        if (size != 0 && Double.isFinite(value) && (size < 1e-4 || size >= 1e16)) {
            String text = Double.toString(value);
            int mark = text.indexOf('E');
            int exponent = Integer.parseInt(text.substring(mark + 1));
            String digits = text.substring(0, mark).replaceFirst("\\.0$", "");
            return String.format(Locale.ROOT, "%se%s%02d", digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        String plain = new BigDecimal(Double.toString(value)).toPlainString();
        return plain.contains(".") ? plain : plain + ".0";
    }

    private void repr(@Nullable Object value, int depth) {
        if (depth > DEPTH_MAX) {
            throw TemplateException.at(line, "value nested deeper than " + DEPTH_MAX);
        }
        switch (value) {
            case null -> output.append("None");
            case Boolean flag -> output.append(flag ? "True" : "False");
            case Double number -> output.append(number(number));
            case String text -> quoted(text);
            case Undefined _ -> output.append("Undefined");
            case List<?> list -> list(list, depth);
            case Map<?, ?> map -> map(map, depth);
            default -> output.append(String.valueOf(value));
        }
    }

    private void list(List<?> list, int depth) {
        String separator = "[";
        for (Object item : list) {
            output.append(separator);
            repr(item, depth + 1);
            separator = ", ";
        }
        output.append(list.isEmpty() ? "[]" : "]");
    }

    private void map(Map<?, ?> map, int depth) {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            output.append(separator);
            repr(entry.getKey(), depth + 1);
            output.append(": ");
            repr(entry.getValue(), depth + 1);
            separator = ", ";
        }
        output.append(map.isEmpty() ? "{}" : "}");
    }

    private void quoted(String text) {
        String quote = text.contains("'") && !text.contains("\"") ? "\"" : "'";
        String escaped = text.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t")
                .replace(quote, "\\" + quote);
        output.append(quote).append(escaped).append(quote);
    }
}
