package io.thunderhead.core.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A size in bytes. Text form: a number and one of `B KB MB GB TB KiB MiB GiB TiB` (decimal and binary), e.g. `64MiB`.
public record Bytes(long value) implements Comparable<Bytes> {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kKmMgGtT]?)(i?)[bB]?");

    public Bytes {
        if (value < 0) {
            throw new IllegalArgumentException("a size is not negative: " + value);
        }
    }

    public static Bytes parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("expected a size like 64MiB or 80GB, got '" + text + "'");
        }
        int power =
                " KMGT".indexOf(form.group(2).isEmpty() ? " " : form.group(2).toUpperCase(Locale.ROOT));
        double unit = Math.pow(form.group(3).isEmpty() ? 1000 : 1024, power);
        return new Bytes(Math.round(Double.parseDouble(form.group(1)) * unit));
    }

    public static Bytes mebibytes(long count) {
        return new Bytes(count << 20);
    }

    @Override
    public int compareTo(Bytes other) {
        return Long.compare(value, other.value);
    }

    /// Binary units with two digits: `849.54 GiB`.
    @Override
    public String toString() {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double shown = value;
        int unit = 0;
        while (shown >= 1024 && unit < units.length - 1) {
            shown /= 1024;
            unit++;
        }
        return unit == 0 ? value + " B" : String.format(Locale.ROOT, "%.2f %s", shown, units[unit]);
    }
}
