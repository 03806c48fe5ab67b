package io.thunderhead.coordinator.testing;

import io.thunderhead.model.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Holds bytes back until their character is whole.
final class ByteStreamDecoder implements Tokenizer.StreamDecoder {
    private final FakeTokenizer tokenizer;
    private final boolean skipSpecialTokens;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    ByteStreamDecoder(FakeTokenizer tokenizer, boolean skipSpecialTokens) {
        this.tokenizer = tokenizer;
        this.skipSpecialTokens = skipSpecialTokens;
    }

    @Override
    public String append(int id) {
        if (id >= 256) {
            return finish() + (skipSpecialTokens ? "" : tokenizer.decode(new int[] {id}, false));
        }
        held.write(id);
        return wholeCharacters() ? finish() : "";
    }

    @Override
    public String finish() {
        String text = held.toString(StandardCharsets.UTF_8);
        held.reset();
        return text;
    }

    private boolean wholeCharacters() {
        byte[] bytes = held.toByteArray();
        int lead = Byte.toUnsignedInt(bytes[0]);
        int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
        return bytes.length >= length;
    }
}
