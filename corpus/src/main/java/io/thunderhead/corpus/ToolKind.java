package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Values;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A kind of tool, `name | verbs | description | parameters`, from which functions with many names are made.
record ToolKind(String name, List<String> verbs, String description, List<Parameter> parameters) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /// @param type `string` or `integer`
    record Parameter(String name, String type) {
        boolean isInteger() {
            return type.equals("integer");
        }
    }

    static List<ToolKind> of(List<String> lines) {
        return lines.stream().map(ToolKind::of).toList();
    }

    private static ToolKind of(String line) {
        String[] fields = line.split(" \\| ", -1);
        List<Parameter> parameters = Arrays.stream(fields[3].split(", ", -1))
                .map(parameter -> parameter.split(" ", -1))
                .map(words -> new Parameter(words[0], words[1]))
                .toList();
        return new ToolKind(fields[0], List.of(fields[1].split(", ", -1)), fields[2], parameters);
    }

    /// Such as `get_weather`, or with an invented word `get_weather_kolvani`.
    String functionName(Names names, Dice dice) {
        String plain = dice.pick(verbs) + "_" + name;
        return dice.chance(0.5) ? plain : plain + "_" + names.name().toLowerCase(Locale.ROOT);
    }

    /// OpenAI's object.
    JsonNode definition(String functionName) {
        ObjectNode properties = JSON.objectNode();
        ArrayNode required = JSON.arrayNode();
        for (Parameter parameter : parameters) {
            properties.set(parameter.name(), JSON.objectNode().put("type", parameter.type()));
            required.add(parameter.name());
        }
        ObjectNode schema = JSON.objectNode().put("type", "object");
        schema.set("properties", properties);
        schema.set("required", required);
        ObjectNode function = JSON.objectNode().put("name", functionName).put("description", description);
        function.set("parameters", schema);
        ObjectNode tool = JSON.objectNode().put("type", "function");
        tool.set("function", function);
        return tool;
    }

    /// The call's JSON object, with the spaces that the template writes.
    String arguments(Values values) {
        return IntStream.range(0, parameters.size())
                .mapToObj(i -> argument(parameters.get(i), values.get(i == 0 ? "a" : "b")))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String argument(Parameter parameter, String value) {
        String written = parameter.isInteger() ? value : '"' + value + '"';
        return '"' + parameter.name() + "\": " + written;
    }
}
