package io.thunderhead.cli.synth;

import io.thunderhead.model.config.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The shipped checkpoint's tokenizer with made-up words for the ids it has not, so that a larger random model can be
/// talked to: it answers words like ` w20117`. No text becomes such a word, only its bytes.
///
/// @param source folder of the tokenizer
record PaddedTokenizer(Path source) {
    private static final String TOKENIZER = "tokenizer.json";
    private static final List<String> AS_THEY_ARE = List.of("tokenizer_config.json", "generation_config.json");
    /// A blank in the alphabet of byte-level tokenizers.
    private static final String BLANK = "\u0120";

    /// Returns false, and writes nothing, for a vocabulary too small for the tokenizer's end token.
    boolean write(Path folder, int vocabulary) throws IOException {
        ObjectNode tokenizer = (ObjectNode) StrictJson.readObject(source.resolve(TOKENIZER));
        JsonNode added = tokenizer.path("added_tokens");
        ObjectNode words = (ObjectNode) tokenizer.path("model").path("vocab");
        if (vocabulary < words.size() + added.size()) {
            return false;
        }
        // the library numbers an added token anew, behind all words, unless it is a word
        added.forEach(token ->
                words.put(token.path("content").asString(), token.path("id").intValue()));
        for (int id = words.size(); id < vocabulary; id++) {
            words.put(BLANK + "w" + id, id);
        }
        Files.writeString(folder.resolve(TOKENIZER), new JsonMapper().writeValueAsString(tokenizer));
        for (String file : AS_THEY_ARE) {
            Files.copy(source.resolve(file), folder.resolve(file));
        }
        return true;
    }
}
