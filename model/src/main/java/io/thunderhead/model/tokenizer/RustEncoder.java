package io.thunderhead.model.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.thunderhead.model.config.CheckpointProblem;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/// Text to ids by the Rust tokenizers library, which is the reference for tokenizer.json. Thread-safe; its native
/// memory is freed when it is collected.
///
/// DJL's own `HuggingFaceTokenizer` is passed over: it truncates by defaults of its own and fetches eight arrays a text
/// of which we need one.
final class RustEncoder {
    private static final Cleaner CLEANER = Cleaner.create();

    private final long handle;

    private RustEncoder(long handle) {
        this.handle = handle;
    }

    static RustEncoder of(String tokenizerJson) {
        NativeTokenizers.load();
        try {
            long handle = TokenizersLibrary.LIB.createTokenizerFromString(tokenizerJson);
            TokenizersLibrary.LIB.disableTruncation(handle);
            TokenizersLibrary.LIB.disablePadding(handle);
            RustEncoder encoder = new RustEncoder(handle);
            CLEANER.register(encoder, () -> TokenizersLibrary.LIB.deleteTokenizer(handle));
            return encoder;
        } catch (RuntimeException e) {
            throw new CheckpointProblem(
                            TokenizerReader.TOKENIZER, "content", "a tokenizer", String.valueOf(e.getMessage()))
                    .causedBy(e);
        }
    }

    int[] encode(String text) {
        long encoding = TokenizersLibrary.LIB.encode(handle, wellFormed(text), false);
        try {
            return toInts(TokenizersLibrary.LIB.getTokenIds(encoding));
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
            Reference.reachabilityFence(this);
        }
    }

    /// Half of a surrogate pair has no UTF-8 form: U+FFFD in its place, as Python's and JSON's encoders do on request.
    private static String wellFormed(String text) {
        StringBuilder fixed = new StringBuilder(text.length());
        text.codePoints()
                .forEach(point -> fixed.appendCodePoint(
                        point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point));
        return fixed.toString();
    }

    private static int[] toInts(long[] ids) {
        int[] ints = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ints[i] = (int) ids[i];
        }
        return ints;
    }
}
