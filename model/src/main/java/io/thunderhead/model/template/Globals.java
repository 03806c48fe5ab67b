package io.thunderhead.model.template;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The functions that every template finds.
final class Globals {
    /// Java's pattern for the codes of C's strftime that templates use.
    private static final Map<Character, String> DATE_PATTERNS = Map.ofEntries(
            Map.entry('d', "dd"),
            Map.entry('m', "MM"),
            Map.entry('Y', "yyyy"),
            Map.entry('y', "yy"),
            Map.entry('b', "MMM"),
            Map.entry('B', "MMMM"),
            Map.entry('a', "EEE"),
            Map.entry('A', "EEEE"),
            Map.entry('H', "HH"),
            Map.entry('I', "hh"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('p', "a"),
            Map.entry('j', "DDD"));

    private Globals() {}

    static Map<String, @Nullable Object> of(Clock clock) {
        Map<String, @Nullable Object> globals = new HashMap<>();
        globals.put("namespace", (Callable) arguments -> new Namespace(arguments.named()));
        globals.put("dict", (Callable) arguments -> new HashMap<>(arguments.named()));
        globals.put("range", (Callable) Globals::range);
        globals.put("raise_exception", (Callable) Globals::raise);
        globals.put("strftime_now", (Callable)
                arguments -> strftime(arguments.text(0, "format"), ZonedDateTime.now(clock), arguments.line()));
        return globals;
    }

    private static Object raise(Callable.Values arguments) {
        throw TemplateException.raised(PythonText.str(arguments.required(0, "message"), arguments.line()));
    }

    private static List<Long> range(Callable.Values arguments) {
        boolean one = arguments.positional().size() == 1;
        long start = one ? 0 : arguments.integer(0, "start", 0);
        long stop = arguments.integer(one ? 0 : 1, "stop", 0);
        long step = arguments.integer(2, "step", 1);
        if (step == 0) {
            throw TemplateException.at(arguments.line(), "range step is zero");
        }
        Budget.checkLength((stop - start) / step, arguments.line());
        List<Long> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            numbers.add(i);
        }
        return numbers;
    }

    private static String strftime(String format, ZonedDateTime now, int line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            if (format.charAt(i) != '%' || i + 1 == format.length()) {
                text.append(format.charAt(i));
                continue;
            }
            char code = format.charAt(++i);
            String pattern = DATE_PATTERNS.get(code);
            if (code != '%' && pattern == null) {
                throw TemplateException.at(line, "strftime_now: unknown code %" + code);
            }
            text.append(
                    pattern == null
                            ? "%"
                            : DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)
                                    .format(now));
        }
        return text.toString();
    }
}
