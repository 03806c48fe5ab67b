package io.thunderhead.model.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON files of a checkpoint: a key that comes twice, or text after the end, is an error and not a matter of luck.
public final class StrictJson {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    /// Throws CHECKPOINT_INVALID if the file is missing or is not one JSON object.
    public static JsonNode readObject(Path path) {
        String file = String.valueOf(path.getFileName());
        try {
            return readObject(file, "content", Files.readAllBytes(path));
        } catch (IOException e) {
            throw new CheckpointProblem(file, "file", "a readable file", e.toString()).causedBy(e);
        }
    }

    /// As [#readObject(Path)] for bytes that make up the part `subject` of a file.
    public static JsonNode readObject(String file, String subject, byte[] json) {
        try {
            JsonNode root = MAPPER.readTree(json);
            if (root.isObject()) {
                return root;
            }
            String found = root.getNodeType().name().toLowerCase(Locale.ROOT);
            throw new CheckpointProblem(file, subject, "a JSON object", found).asException();
        } catch (JacksonException e) {
            throw new CheckpointProblem(file, subject, "a JSON object", e.getOriginalMessage()).causedBy(e);
        }
    }
}
