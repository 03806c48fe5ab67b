package io.thunderhead.coordinator.openai;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads a JSON object field by field and remembers which were read, so that what nobody asked for can be refused by
/// name. A field that is null counts as absent, as in every client.
public final class Fields {
    private final ObjectNode object;
    private final String path;
    private final Set<String> read = new HashSet<>();

    /// @param path prefix of field names in messages: `messages[0].`
    Fields(ObjectNode object, String path) {
        this.object = object;
        this.path = path;
    }

    Optional<JsonNode> value(String name) {
        read.add(name);
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    Optional<String> string(String name) {
        return value(name).map(node -> {
            expect(node.isString(), name, "a string", node);
            return node.stringValue();
        });
    }

    public String requiredString(String name) {
        return string(name).orElseThrow(() -> ServingException.invalid(path + name, path + name + " is required"));
    }

    boolean flag(String name, boolean absent) {
        return value(name)
                .map(node -> {
                    expect(node.isBoolean(), name, "true or false", node);
                    return node.booleanValue();
                })
                .orElse(absent);
    }

    public OptionalInt integer(String name, int min, int max) {
        Optional<JsonNode> found = value(name);
        if (found.isEmpty()) {
            return OptionalInt.empty();
        }
        JsonNode node = found.get();
        boolean inRange =
                node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= min && node.intValue() <= max;
        expect(inRange, name, "an integer from " + min + " to " + max, node);
        return OptionalInt.of(node.intValue());
    }

    public OptionalLong longInteger(String name) {
        Optional<JsonNode> found = value(name);
        if (found.isEmpty()) {
            return OptionalLong.empty();
        }
        JsonNode node = found.get();
        expect(node.isIntegralNumber() && node.canConvertToLong(), name, "an integer of 64 bits", node);
        return OptionalLong.of(node.longValue());
    }

    float number(String name, float absent) {
        return value(name)
                .map(node -> {
                    expect(node.isNumber(), name, "a number", node);
                    return node.floatValue();
                })
                .orElse(absent);
    }

    /// The elements of an array of objects; empty if absent.
    List<Fields> objects(String name) {
        Optional<JsonNode> found = value(name);
        if (found.isEmpty()) {
            return List.of();
        }
        JsonNode node = found.get();
        expect(node.isArray(), name, "an array", node);
        return IntStream.range(0, node.size())
                .mapToObj(i -> child(node.get(i), name + "[" + i + "]"))
                .toList();
    }

    Optional<Fields> object(String name) {
        return value(name).map(node -> child(node, name));
    }

    private Fields child(JsonNode node, String name) {
        if (node instanceof ObjectNode child) {
            return new Fields(child, path + name + ".");
        }
        throw wrong(name, "an object", node);
    }

    /// A parameter that exists elsewhere and whose only accepted values are those that change nothing here.
    void acceptOnly(String name, String... accepted) {
        value(name).ifPresent(node -> {
            if (!List.of(accepted).contains(Json.toText(node))) {
                throw unsupported(name, "only " + String.join(" or ", accepted) + " is supported");
            }
        });
    }

    ServingException unsupported(String name, String why) {
        return ServingException.ofParameter(ErrorCode.UNSUPPORTED_PARAMETER, path + name, path + name + ": " + why);
    }

    ServingException wrong(String name, String expected, JsonNode found) {
        String shown = Json.toText(found);
        String short80 = shown.length() <= 80 ? shown : shown.substring(0, 80) + "...";
        return ServingException.invalid(path + name, path + name + ": expected " + expected + ", got " + short80);
    }

    void expect(boolean condition, String name, String expected, JsonNode found) {
        if (!condition) {
            throw wrong(name, expected, found);
        }
    }

    String path(String name) {
        return path + name;
    }

    ObjectNode node() {
        return object;
    }

    /// Refuses the first field that was neither read nor is harmless to ignore.
    public void refuseUnknown(Set<String> harmless) {
        for (String name : object.propertyNames()) {
            if (!read.contains(name) && !harmless.contains(name)) {
                throw unsupported(name, "is not a parameter of this API");
            }
        }
    }
}
