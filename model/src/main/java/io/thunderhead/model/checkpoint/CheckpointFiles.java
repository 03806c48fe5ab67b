package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.CheckpointProblem;
import io.thunderhead.model.config.StrictJson;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The safetensors files of a directory, found, opened and indexed: one `model.safetensors`, or the shards that
/// `model.safetensors.index.json` names.
final class CheckpointFiles {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private CheckpointFiles() {}

    static boolean hasWeights(Path directory) {
        return Files.exists(directory.resolve(SINGLE)) || Files.exists(directory.resolve(INDEX));
    }

    static List<SafetensorsFile> open(Path directory, Arena arena) {
        if (Files.exists(directory.resolve(SINGLE))) {
            return List.of(SafetensorsFile.open(directory.resolve(SINGLE), arena));
        }
        if (Files.exists(directory.resolve(INDEX))) {
            return openShards(directory, arena);
        }
        throw new CheckpointProblem(directory.toString(), "directory", SINGLE + " or " + INDEX, "neither")
                .asException();
    }

    private static List<SafetensorsFile> openShards(Path directory, Arena arena) {
        SortedMap<String, List<String>> tensorsByFile = readIndex(directory);
        List<CheckpointProblem> problems = new ArrayList<>();
        for (String file : tensorsByFile.keySet()) {
            if (!Files.isRegularFile(directory.resolve(file))) {
                problems.add(new CheckpointProblem(INDEX, "weight_map", "the file " + file, "no such file"));
            }
        }
        CheckpointProblem.throwIfAny(problems);
        List<SafetensorsFile> files = new ArrayList<>();
        tensorsByFile.forEach((name, tensors) -> {
            SafetensorsFile file = SafetensorsFile.open(directory.resolve(name), arena);
            tensors.stream()
                    .filter(tensor -> !file.entries().containsKey(tensor))
                    .map(tensor -> new CheckpointProblem(name, "tensor " + tensor, "here by " + INDEX, "nothing"))
                    .forEach(problems::add);
            files.add(file);
        });
        CheckpointProblem.throwIfAny(problems);
        return files;
    }

    private static SortedMap<String, List<String>> readIndex(Path directory) {
        JsonNode weightMap = StrictJson.readObject(directory.resolve(INDEX)).path("weight_map");
        if (!weightMap.isObject() || weightMap.isEmpty()) {
            throw new CheckpointProblem(INDEX, "weight_map", "file by tensor", weightMap.toString()).asException();
        }
        SortedMap<String, List<String>> tensorsByFile = new TreeMap<>();
        List<CheckpointProblem> problems = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : weightMap.properties()) {
            JsonNode file = field.getValue();
            // plain names only: an index must not lead out of its directory
            if (file.isString() && file.asString().matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
                tensorsByFile
                        .computeIfAbsent(file.asString(), name -> new ArrayList<>())
                        .add(field.getKey());
            } else {
                problems.add(new CheckpointProblem(
                        INDEX, "weight_map." + field.getKey(), "a plain file name", file.toString()));
            }
        }
        CheckpointProblem.throwIfAny(problems);
        return tensorsByFile;
    }

    /// @param weightMap file by tensor
    static void writeIndex(Path directory, ObjectNode weightMap, long totalBytes) throws IOException {
        JsonMapper json = new JsonMapper();
        ObjectNode index = json.createObjectNode();
        index.putObject("metadata").put("total_size", totalBytes);
        index.set("weight_map", weightMap);
        Files.writeString(
                directory.resolve(INDEX), json.writerWithDefaultPrettyPrinter().writeValueAsString(index) + "\n");
    }
}
