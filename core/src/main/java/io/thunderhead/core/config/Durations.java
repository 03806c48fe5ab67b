package io.thunderhead.core.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text form of durations in settings: a whole number and one of `ns us ms s m h d`.
final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*(ns|us|ms|s|m|h|d)");
    private static final Map<String, ChronoUnit> UNITS = unitsLargestFirst();

    private Durations() {}

    static Duration parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        ChronoUnit unit = form.matches() ? UNITS.get(form.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("expected a duration like 30s, got '" + text + "'");
        }
        return Duration.of(Long.parseLong(form.group(1)), unit);
    }

    /// In the largest unit that leaves a whole number.
    static String format(Duration duration) {
        long nanos = duration.toNanos();
        if (nanos == 0) {
            return "0s";
        }
        return UNITS.entrySet().stream()
                .filter(unit -> nanos % unit.getValue().getDuration().toNanos() == 0)
                .findFirst()
                .map(unit -> nanos / unit.getValue().getDuration().toNanos() + unit.getKey())
                .orElseThrow();
    }

    private static Map<String, ChronoUnit> unitsLargestFirst() {
        Map<String, ChronoUnit> units = new LinkedHashMap<>();
        units.put("d", ChronoUnit.DAYS);
        units.put("h", ChronoUnit.HOURS);
        units.put("m", ChronoUnit.MINUTES);
        units.put("s", ChronoUnit.SECONDS);
        units.put("ms", ChronoUnit.MILLIS);
        units.put("us", ChronoUnit.MICROS);
        units.put("ns", ChronoUnit.NANOS);
        return units;
    }
}
