package io.thunderhead.model.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Typed reading of one JSON object of a config file. A wrong value is noted and replaced by a harmless one, so that
/// all problems are found in one pass; the values are of use only if no problem was noted.
final class ConfigFields {
    private final String file;
    private final String prefix;
    private final JsonNode object;
    private final List<CheckpointProblem> problems;

    ConfigFields(String file, String prefix, JsonNode object, List<CheckpointProblem> problems) {
        this.file = file;
        this.prefix = prefix;
        this.object = object;
        this.problems = problems;
    }

    /// Whether the key is there and not null.
    boolean has(String key) {
        return !raw(key).isMissingNode() && !raw(key).isNull();
    }

    /// Whether the key is there, be it null.
    boolean mentions(String key) {
        return object.has(key);
    }

    JsonNode raw(String key) {
        return object.path(key);
    }

    /// The object under a key; an empty one if it is absent or null.
    ConfigFields nested(String key) {
        if (has(key) && !raw(key).isObject()) {
            problem(key, "an object", raw(key));
        }
        return new ConfigFields(file, prefix + key + ".", raw(key), problems);
    }

    /// A size that must be there, from 1 to `max`.
    int size(String key, int max) {
        if (!has(key)) {
            problem(key, "a whole number from 1 to " + max, raw(key));
        }
        return size(key, max, 1);
    }

    int size(String key, int max, int fallback) {
        JsonNode value = raw(key);
        if (!has(key)) {
            return fallback;
        }
        if (value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 1 && value.intValue() <= max) {
            return value.intValue();
        }
        problem(key, "a whole number from 1 to " + max, value);
        return fallback;
    }

    double positive(String key, double fallback) {
        if (!has(key)) {
            return fallback;
        }
        double value = raw(key).isNumber() ? raw(key).doubleValue() : Double.NaN;
        if (value > 0 && value < Float.MAX_VALUE) {
            return value;
        }
        problem(key, "a positive number", raw(key));
        return fallback;
    }

    boolean flag(String key, boolean fallback) {
        if (has(key) && !raw(key).isBoolean()) {
            problem(key, "true or false", raw(key));
        }
        return raw(key).asBoolean(fallback);
    }

    String text(String key, String fallback) {
        if (has(key) && !raw(key).isString()) {
            problem(key, "a string", raw(key));
        }
        return raw(key).asString(fallback);
    }

    /// Token ids from one number or a list of them; empty if the key is absent or null.
    Optional<List<Integer>> tokenIds(String key, int vocabSize) {
        if (!has(key)) {
            return Optional.empty();
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode value : raw(key).isArray() ? raw(key) : List.of(raw(key))) {
            if (value.isIntegralNumber()
                    && value.canConvertToInt()
                    && value.intValue() >= 0
                    && value.intValue() < vocabSize) {
                ids.add(value.intValue());
            } else {
                problem(key, "token ids from 0 to " + (vocabSize - 1), value);
            }
        }
        return Optional.of(ids);
    }

    void problem(String key, String expected, JsonNode found) {
        problem(key, expected, found.isMissingNode() ? "nothing" : found.toString());
    }

    void problem(String key, String expected, String found) {
        problems.add(new CheckpointProblem(file, prefix + key, expected, found));
    }
}
