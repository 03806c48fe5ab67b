package io.thunderhead.model.tokenizer;

/// Bytes to text, byte by byte, with one U+FFFD for each maximal ill-formed part, as the Unicode standard recommends
/// and Rust does (the JDK's decoder makes one of three for an encoded surrogate). Not thread-safe.
final class Utf8Assembler {
    private static final char REPLACEMENT = '\uFFFD';

    private int codePoint;
    private int missing;
    private int nextMin;
    private int nextMax;

    /// Appends the characters that are certain after this byte.
    void append(byte signed, StringBuilder text) {
        int value = Byte.toUnsignedInt(signed);
        if (missing > 0) {
            if (value >= nextMin && value <= nextMax) {
                continueCharacter(value, text);
                return;
            }
            finish(text);
        }
        startCharacter(value, text);
    }

    /// Appends U+FFFD if the bytes end inside a character, and starts anew.
    void finish(StringBuilder text) {
        if (missing > 0) {
            text.append(REPLACEMENT);
            missing = 0;
        }
    }

    private void continueCharacter(int value, StringBuilder text) {
        codePoint = codePoint << 6 | (value & 0x3F);
        missing--;
        nextMin = 0x80;
        nextMax = 0xBF;
        if (missing == 0) {
            text.appendCodePoint(codePoint);
        }
    }

    /// The second byte's range excludes overlong forms, surrogates and what is above U+10FFFF (Unicode, table 3-7).
    private void startCharacter(int value, StringBuilder text) {
        if (value < 0x80) {
            text.append((char) value);
        } else if (value >= 0xC2 && value <= 0xDF) {
            expect(1, value & 0x1F, 0x80, 0xBF);
        } else if (value >= 0xE0 && value <= 0xEF) {
            expect(2, value & 0x0F, value == 0xE0 ? 0xA0 : 0x80, value == 0xED ? 0x9F : 0xBF);
        } else if (value >= 0xF0 && value <= 0xF4) {
            expect(3, value & 0x07, value == 0xF0 ? 0x90 : 0x80, value == 0xF4 ? 0x8F : 0xBF);
        } else {
            text.append(REPLACEMENT);
        }
    }

    private void expect(int more, int leadBits, int secondMin, int secondMax) {
        missing = more;
        codePoint = leadBits;
        nextMin = secondMin;
        nextMax = secondMax;
    }
}
