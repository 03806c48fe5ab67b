package io.thunderhead.model.tokenizer;

import java.util.OptionalInt;

/// Byte-level BPE as tokenizer.json describes it: encoding by the Rust library, decoding from the vocabulary's bytes,
/// whole and streamed by the same few lines.
final class ByteLevelTokenizer implements Tokenizer {
    private final RustEncoder encoder;
    private final Vocabulary vocabulary;
    private final OptionalInt endTokenId;

    ByteLevelTokenizer(RustEncoder encoder, Vocabulary vocabulary, OptionalInt endTokenId) {
        this.encoder = encoder;
        this.vocabulary = vocabulary;
        this.endTokenId = endTokenId;
    }

    @Override
    public int[] encode(String text) {
        return encoder.encode(text);
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        Utf8Assembler utf8 = new Utf8Assembler();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            append(vocabulary.bytes(id), id, skipSpecialTokens, utf8, text);
        }
        utf8.finish(text);
        return text.toString();
    }

    @Override
    public StreamDecoder streamDecoder(boolean skipSpecialTokens) {
        return new Stream(skipSpecialTokens);
    }

    @Override
    public int size() {
        return vocabulary.size();
    }

    @Override
    public OptionalInt idOf(String token) {
        return vocabulary.idOf(token);
    }

    @Override
    public OptionalInt endTokenId() {
        return endTokenId;
    }

    @Override
    public byte[] tokenBytes(int id) {
        return vocabulary.bytes(id).clone();
    }

    private void append(byte[] bytes, int id, boolean skipSpecialTokens, Utf8Assembler utf8, StringBuilder text) {
        if (skipSpecialTokens && vocabulary.isSpecial(id)) {
            return;
        }
        for (byte b : bytes) {
            utf8.append(b, text);
        }
    }

    private final class Stream implements StreamDecoder {
        private final boolean skipSpecialTokens;
        private final Utf8Assembler utf8 = new Utf8Assembler();

        Stream(boolean skipSpecialTokens) {
            this.skipSpecialTokens = skipSpecialTokens;
        }

        @Override
        public String append(int id) {
            StringBuilder text = new StringBuilder();
            if (vocabulary.has(id)) {
                ByteLevelTokenizer.this.append(vocabulary.bytes(id), id, skipSpecialTokens, utf8, text);
            }
            return text.toString();
        }

        @Override
        public String finish() {
            StringBuilder text = new StringBuilder();
            utf8.finish(text);
            return text.toString();
        }
    }
}
