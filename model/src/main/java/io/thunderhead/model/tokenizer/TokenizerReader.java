package io.thunderhead.model.tokenizer;

import io.thunderhead.model.config.CheckpointProblem;
import io.thunderhead.model.config.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads tokenizer.json and tokenizer_config.json of a checkpoint directory. `tokenizer_class` is not looked at: by
/// that name transformers replaces the split pattern that the model was trained with (spec section 9).
public final class TokenizerReader {
    static final String TOKENIZER = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";

    private TokenizerReader() {}

    /// Empty without a tokenizer.json: such a checkpoint is served by token ids only. Throws CHECKPOINT_INVALID.
    public static Optional<Tokenizer> read(Path directory) {
        Path file = directory.resolve(TOKENIZER);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Vocabulary vocabulary = Vocabulary.read(StrictJson.readObject(file));
        OptionalInt endTokenId = endTokenId(readConfig(directory), vocabulary);
        return Optional.of(new ByteLevelTokenizer(RustEncoder.of(text(file)), vocabulary, endTokenId));
    }

    /// tokenizer_config.json, or an empty object without one.
    static JsonNode readConfig(Path directory) {
        Path config = directory.resolve(CONFIG);
        return Files.exists(config) ? StrictJson.readObject(config) : JsonNodeFactory.instance.objectNode();
    }

    /// Text of a special token by its role, `bos_token` or `eos_token`; written plain or as an added token's object.
    static Optional<String> specialToken(JsonNode config, String role) {
        JsonNode token = config.path(role);
        String text = token.isObject() ? token.path("content").asString("") : token.asString("");
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static OptionalInt endTokenId(JsonNode config, Vocabulary vocabulary) {
        Optional<String> token = specialToken(config, "eos_token");
        if (token.isEmpty()) {
            return OptionalInt.empty();
        }
        OptionalInt id = vocabulary.idOf(token.get());
        if (id.isEmpty()) {
            throw new CheckpointProblem(CONFIG, "eos_token", "a token of " + TOKENIZER, token.get()).asException();
        }
        return id;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CheckpointProblem(TOKENIZER, "file", "readable UTF-8", e.toString()).causedBy(e);
        }
    }
}
