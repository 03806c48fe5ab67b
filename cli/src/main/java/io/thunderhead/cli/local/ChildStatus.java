package io.thunderhead.cli.local;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a node process tells the process that started it, as one line of its output: `@thunderhead loaded=10 total=40
/// ready=false http=127.0.0.1:8080 | loading layer 3`.
///
/// @param addresses where it listens, by purpose
/// @param detail what it does or waits for, in a few words
public record ChildStatus(
        long loadedBytes, long totalBytes, boolean ready, Map<String, String> addresses, String detail) {
    private static final String MARK = "@thunderhead ";
    private static final String DETAIL_MARK = " | ";

    public ChildStatus {
        addresses = Map.copyOf(addresses);
        if (detail.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a status is one line, got '" + detail + "'");
        }
    }

    public static ChildStatus starting() {
        return new ChildStatus(0, 0, false, Map.of(), "starting");
    }

    public String format() {
        StringBuilder line = new StringBuilder(MARK);
        line.append("loaded=").append(loadedBytes);
        line.append(" total=").append(totalBytes);
        line.append(" ready=").append(ready);
        new TreeMap<>(addresses)
                .forEach((purpose, address) ->
                        line.append(' ').append(purpose).append('=').append(address));
        return line.append(DETAIL_MARK).append(detail).toString();
    }

    /// The status in a line of output, or nothing if it is an ordinary line (or one of another version's form).
    public static Optional<ChildStatus> parse(String line) {
        int detailAt = line.indexOf(DETAIL_MARK);
        if (!line.startsWith(MARK) || detailAt < 0) {
            return Optional.empty();
        }
        Map<String, String> fields = new TreeMap<>();
        for (String field : line.substring(MARK.length(), detailAt).split(" ", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
        }
        try {
            long loaded = Long.parseLong(fields.remove("loaded"));
            long total = Long.parseLong(fields.remove("total"));
            boolean ready = Boolean.parseBoolean(fields.remove("ready"));
            return Optional.of(
                    new ChildStatus(loaded, total, ready, fields, line.substring(detailAt + DETAIL_MARK.length())));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
