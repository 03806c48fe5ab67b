package io.thunderhead.model.tokenizer;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.CheckpointProblem;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Every token of tokenizer.json with its id and bytes; immutable.
final class Vocabulary {
    private static final int SIZE_MAX = 1 << 24;

    private final Map<String, Integer> idByToken = new HashMap<>();
    private final List<byte @Nullable []> bytesById = new ArrayList<>();
    private final BitSet special = new BitSet();
    private final List<CheckpointProblem> problems = new ArrayList<>();

    private Vocabulary() {}

    /// Throws CHECKPOINT_INVALID if the file is no byte-level vocabulary.
    static Vocabulary read(JsonNode tokenizerJson) {
        Vocabulary vocabulary = new Vocabulary();
        vocabulary.checkDecoder(tokenizerJson.path("decoder"));
        vocabulary.addModelTokens(tokenizerJson.path("model").path("vocab"));
        vocabulary.addAddedTokens(tokenizerJson.path("added_tokens"));
        CheckpointProblem.throwIfAny(vocabulary.problems);
        return vocabulary;
    }

    int size() {
        return bytesById.size();
    }

    boolean has(int id) {
        return id >= 0 && id < bytesById.size() && bytesById.get(id) != null;
    }

    boolean isSpecial(int id) {
        return special.get(id);
    }

    OptionalInt idOf(String token) {
        Integer id = idByToken.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// Not a copy. Throws TOKEN_OUT_OF_RANGE.
    byte[] bytes(int id) {
        byte[] bytes = id >= 0 && id < size() ? bytesById.get(id) : null;
        if (bytes == null) {
            throw new ServingException(
                    ErrorCode.TOKEN_OUT_OF_RANGE,
                    "token id: expected one of the tokenizer's " + size() + ", got " + id);
        }
        return bytes;
    }

    private void checkDecoder(JsonNode decoder) {
        if (!decoder.path("type").asString("").equals("ByteLevel")) {
            problem("decoder", "type ByteLevel", decoder.toString());
        }
    }

    private void addModelTokens(JsonNode vocab) {
        if (!vocab.isObject()) {
            problem("model.vocab", "ids by token", vocab.getNodeType().toString());
        }
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            add(entry.getKey(), entry.getValue(), "model.vocab");
        }
    }

    private void addAddedTokens(JsonNode addedTokens) {
        for (JsonNode token : addedTokens) {
            String content = token.path("content").asString("");
            JsonNode id = token.path("id");
            if (add(content, id, "added_tokens") && token.path("special").asBoolean(false)) {
                special.set(id.intValue());
            }
        }
    }

    private boolean add(String token, JsonNode id, String subject) {
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= SIZE_MAX) {
            problem(subject, "an id from 0 to " + (SIZE_MAX - 1), id.toString());
            return false;
        }
        while (bytesById.size() <= id.intValue()) {
            bytesById.add(null);
        }
        bytesById.set(id.intValue(), ByteAlphabet.bytesOf(token));
        idByToken.put(token, id.intValue());
        return true;
    }

    private void problem(String subject, String expected, String found) {
        problems.add(new CheckpointProblem(TokenizerReader.TOKENIZER, subject, expected, found));
    }
}
