package io.thunderhead.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// GPT-2's printable character for every byte, in which byte-level vocabularies are written.
final class ByteAlphabet {
    private static final int NONE = -1;
    /// Byte by character; the characters end below 0x144.
    private static final int[] BYTE_OF = byteOfCharacter();

    private ByteAlphabet() {}

    /// The bytes that a vocabulary entry stands for. A text with any character outside the alphabet stands for itself,
    /// as the tokenizers library's ByteLevel decoder has it.
    static byte[] bytesOf(String token) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(token.length());
        for (int i = 0; i < token.length(); i++) {
            char character = token.charAt(i);
            if (character >= BYTE_OF.length || BYTE_OF[character] == NONE) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes.write(BYTE_OF[character]);
        }
        return bytes.toByteArray();
    }

    private static int[] byteOfCharacter() {
        int[] byteOf = new int[0x144];
        Arrays.fill(byteOf, NONE);
        int next = 0x100;
        for (int value = 0; value < 256; value++) {
            byteOf[isPrintable(value) ? value : next++] = value;
        }
        return byteOf;
    }

    private static boolean isPrintable(int value) {
        return (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
    }
}
