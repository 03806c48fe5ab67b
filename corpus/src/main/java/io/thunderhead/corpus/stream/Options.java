package io.thunderhead.corpus.stream;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `--name value` pairs after a first `--mode`. Problems are IllegalArgumentExceptions whose messages name the option.
final class Options {
    private final Map<String, String> values = new HashMap<>();
    private final String mode;

    Options(List<String> arguments, Map<String, List<String>> namesByMode) {
        mode = arguments.isEmpty() ? "" : arguments.getFirst();
        List<String> names = namesByMode.get(mode);
        if (names == null) {
            throw new IllegalArgumentException("expected --text, --rows or --exams first, got " + mode);
        }
        for (int i = 1; i < arguments.size(); i += 2) {
            String name = arguments.get(i);
            if (!names.contains(name) || i + 1 == arguments.size()) {
                throw new IllegalArgumentException(mode + ": expected a value for each of " + names + ", got " + name);
            }
            values.put(name, arguments.get(i + 1));
        }
    }

    String mode() {
        return mode;
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    String required(String name) {
        return text(name).orElseThrow(() -> new IllegalArgumentException(mode + ": expected " + name));
    }

    long number(String name, long fallback) {
        String text = values.get(name);
        try {
            return text == null ? fallback : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": expected a whole number, got " + text, e);
        }
    }
}
