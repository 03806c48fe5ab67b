package io.thunderhead.helm;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Compares objects of operators, which the Kubernetes client reads as mere maps, with operator-types.yaml.
final class OperatorTypes {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final JsonNode TYPES = read();
    private static final Pattern DURATION = Pattern.compile("([0-9]+(ms|[smhdwy]))+");

    private final List<String> mistakes = new ArrayList<>();

    private OperatorTypes() {}

    static boolean has(String apiVersion, String kind) {
        return TYPES.has(apiVersion + " " + kind);
    }

    /// Fields that the type does not have, misses, or has with another value, each by its path.
    static List<String> mistakes(GenericKubernetesResource object) {
        OperatorTypes check = new OperatorTypes();
        JsonNode type = TYPES.path(object.getApiVersion() + " " + object.getKind());
        object.getAdditionalProperties().forEach((field, value) -> {
            if (field.equals("spec")) {
                check.check(YAML.valueToTree(value), type, "spec");
            } else {
                check.mistakes.add(field + ": unknown");
            }
        });
        return check.mistakes;
    }

    private void check(JsonNode value, JsonNode type, String path) {
        if (type.isArray() && value.isArray()) {
            value.forEach(element -> check(element, type.path(0), path + "[]"));
        } else if (type.isObject() && value.isObject()) {
            checkFields(value, type, path);
        } else if (!type.isString() || !isA(value, type.asString())) {
            mistakes.add(path + ": expected " + type + ", got " + value);
        }
    }

    private void checkFields(JsonNode value, JsonNode type, String path) {
        value.forEachEntry((field, content) -> {
            JsonNode known = type.has(field) ? type.path(field) : type.path(field + "!");
            if (known.isMissingNode()) {
                mistakes.add(path + "." + field + ": unknown");
            } else {
                check(content, known, path + "." + field);
            }
        });
        type.propertyNames().stream()
                .filter(field -> field.endsWith("!"))
                .map(field -> field.substring(0, field.length() - 1))
                .filter(field -> !value.has(field))
                .forEach(field -> mistakes.add(path + "." + field + ": missing"));
    }

    private static boolean isA(JsonNode value, String leaf) {
        return switch (leaf) {
            case "text" -> value.isString();
            case "number" -> value.isIntegralNumber();
            case "duration" ->
                value.isString() && DURATION.matcher(value.asString()).matches();
            case "texts" -> value.isObject() && value.values().stream().allMatch(JsonNode::isString);
            default -> throw new IllegalStateException("operator-types.yaml: no leaf '" + leaf + "'");
        };
    }

    private static JsonNode read() {
        try (InputStream in = Objects.requireNonNull(OperatorTypes.class.getResourceAsStream("operator-types.yaml"))) {
            return YAML.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
