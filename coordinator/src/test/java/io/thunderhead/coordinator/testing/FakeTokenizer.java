package io.thunderhead.coordinator.testing;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// A token a byte of UTF-8, and a few special tokens.
public final class FakeTokenizer implements Tokenizer {
    public static final int END = 256;
    public static final int BEGIN = 257;
    public static final int FUNCTION_CALL = 258;
    private static final List<String> SPECIALS = List.of("<end>", "<begin>", "<function_call>");

    @Override
    public int[] encode(String text) {
        int[] ids = new int[text.getBytes(StandardCharsets.UTF_8).length];
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            int special = specialAt(text, at);
            int end = special >= 0 ? at + SPECIALS.get(special).length() : text.offsetByCodePoints(at, 1);
            if (special >= 0) {
                ids[count++] = 256 + special;
            } else {
                for (byte one : text.substring(at, end).getBytes(StandardCharsets.UTF_8)) {
                    ids[count++] = Byte.toUnsignedInt(one);
                }
            }
            at = end;
        }
        return Arrays.copyOf(ids, count);
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            if (id < 256 || !skipSpecialTokens) {
                bytes.writeBytes(tokenBytes(id));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public StreamDecoder streamDecoder(boolean skipSpecialTokens) {
        return new ByteStreamDecoder(this, skipSpecialTokens);
    }

    @Override
    public int size() {
        return 256 + SPECIALS.size();
    }

    @Override
    public OptionalInt idOf(String token) {
        int special = SPECIALS.indexOf(token);
        return special < 0 ? OptionalInt.empty() : OptionalInt.of(256 + special);
    }

    @Override
    public OptionalInt endTokenId() {
        return OptionalInt.of(END);
    }

    @Override
    public byte[] tokenBytes(int id) {
        if (id < 0 || id >= size()) {
            throw new ServingException(
                    ErrorCode.TOKEN_OUT_OF_RANGE, "token: expected 0 to " + (size() - 1) + ", got " + id);
        }
        return id < 256 ? new byte[] {(byte) id} : SPECIALS.get(id - 256).getBytes(StandardCharsets.UTF_8);
    }

    private static int specialAt(String text, int at) {
        for (int i = 0; i < SPECIALS.size(); i++) {
            if (text.startsWith(SPECIALS.get(i), at)) {
                return i;
            }
        }
        return -1;
    }
}
