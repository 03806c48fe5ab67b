package io.thunderhead.helm;

import io.thunderhead.core.config.ConfigKey;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The part of values.schema.json that follows from the settings: for each key what `thunderhead config` says may stand
/// there.
final class SettingsSchema {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Pattern INTEGER = Pattern.compile(
            "an integer(?: or nothing)?(?: from (-?\\d+) to (\\d+)| of at least (-?\\d+)| of at most (\\d+))?");
    private static final String DURATION = "^[0-9]+(ms|s|m|h)$";
    private static final String SIZE = "^[0-9]+(\\.[0-9]+)? ?([KMGT]i?)?B?$";

    private SettingsSchema() {}

    /// @param chartSets keys that the chart sets itself: nothing else may be given for them
    static ObjectNode of(Iterable<ConfigKey> keys, Set<String> chartSets) {
        ObjectNode sections = object();
        for (ConfigKey key : keys) {
            int dot = key.name().indexOf('.');
            String section = key.name().substring(0, dot);
            ObjectNode known = sections.withObject("properties");
            if (!known.has(section)) {
                known.set(section, object());
            }
            known.withObject(section)
                    .withObject("properties")
                    .set(key.name().substring(dot + 1), property(key, chartSets));
        }
        return sections;
    }

    private static ObjectNode property(ConfigKey key, Set<String> chartSets) {
        if (chartSets.contains(key.name())) {
            return JSON.objectNode().put("type", "null").put("description", "set by the chart");
        }
        ObjectNode property = type(key.expected());
        return property.put("description", key.doc());
    }

    private static ObjectNode type(String expected) {
        Matcher integer = INTEGER.matcher(expected);
        if (integer.matches()) {
            ObjectNode type = JSON.objectNode().put("type", "integer");
            Stream.of(1, 3)
                    .map(integer::group)
                    .filter(bound -> bound != null)
                    .forEach(bound -> type.put("minimum", Long.parseLong(bound)));
            Stream.of(2, 4)
                    .map(integer::group)
                    .filter(bound -> bound != null)
                    .forEach(bound -> type.put("maximum", Long.parseLong(bound)));
            return type;
        }
        if (expected.startsWith("one of ")) {
            ObjectNode type = JSON.objectNode().put("type", "string");
            Stream.of(expected.substring("one of ".length()).split(", ")).forEach(type.withArray("enum")::add);
            return type;
        }
        if (expected.startsWith("a number")) {
            return JSON.objectNode().put("type", "number");
        }
        if (expected.startsWith("a duration")) {
            return JSON.objectNode().put("type", "string").put("pattern", DURATION);
        }
        if (expected.startsWith("a size")) {
            return JSON.objectNode().put("type", "string").put("pattern", SIZE);
        }
        if (expected.startsWith("a list")) {
            ObjectNode type = JSON.objectNode();
            type.withArray("type").add("string").add("array");
            type.withObject("items").put("type", "string");
            return type;
        }
        return switch (expected) {
            case "true or false" -> JSON.objectNode().put("type", "boolean");
            case "a text", "a path", "a text or nothing", "a path or nothing", "host:port" ->
                JSON.objectNode().put("type", "string");
            default -> throw new AssertionError("no schema for settings that expect '" + expected + "'");
        };
    }

    private static ObjectNode object() {
        return JSON.objectNode().put("type", "object").put("additionalProperties", false);
    }
}
