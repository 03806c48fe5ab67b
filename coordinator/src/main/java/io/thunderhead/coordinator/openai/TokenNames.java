package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.model.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/// How tokens are shown in logprobs: as text, or as `token_id:N` when asked for or when there is no tokenizer.
final class TokenNames {
    private final Optional<Tokenizer> tokenizer;

    TokenNames(ServedModel model, boolean asIds) {
        this.tokenizer = asIds ? Optional.empty() : model.tokenizer();
    }

    /// Ill-formed parts of characters become U+FFFD.
    String lossy(int id) {
        return known(id).map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("token_id:" + id);
    }

    /// Different for different tokens: parts of characters are written `bytes:\xe2\x82`.
    String unique(int id) {
        return known(id).map(TokenNames::exact).orElse("token_id:" + id);
    }

    void writeBytes(JsonGenerator json, int id) {
        Optional<byte[]> bytes = known(id);
        if (bytes.isEmpty()) {
            json.writeNullProperty("bytes");
            return;
        }
        json.writeArrayPropertyStart("bytes");
        for (byte one : bytes.get()) {
            json.writeNumber(Byte.toUnsignedInt(one));
        }
        json.writeEndArray();
    }

    /// A model's vocabulary may be padded beyond its tokenizer's.
    private Optional<byte[]> known(int id) {
        return tokenizer.filter(present -> id < present.size()).map(present -> present.tokenBytes(id));
    }

    private static String exact(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException partOfCharacter) {
            StringBuilder escaped = new StringBuilder("bytes:");
            for (byte one : bytes) {
                escaped.append(String.format(Locale.ROOT, "\\x%02x", one));
            }
            return escaped.toString();
        }
    }
}
