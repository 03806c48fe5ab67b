package io.thunderhead.model.tokenizer;

import java.util.OptionalInt;

/// Text to ids and back; thread-safe.
public interface Tokenizer {
    /// Special tokens in the text are recognised; nothing is added at either end.
    int[] encode(String text);

    /// Ill-formed bytes become U+FFFD, one for each maximal ill-formed part; special tokens are text, or left out.
    /// Throws TOKEN_OUT_OF_RANGE for an id that the tokenizer does not have.
    String decode(int[] ids, boolean skipSpecialTokens);

    /// Text as it grows token by token: what is returned so far is never taken back, and the parts together equal
    /// [#decode] of the whole.
    StreamDecoder streamDecoder(boolean skipSpecialTokens);

    /// One more than the largest id.
    int size();

    /// Id of a special or ordinary token by its text.
    OptionalInt idOf(String token);

    /// The end-of-sequence token named in tokenizer_config.json.
    OptionalInt endTokenId();

    /// The bytes of one token (for `logprobs` views); special tokens give their text.
    byte[] tokenBytes(int id);

    /// Not thread-safe; one a sequence.
    interface StreamDecoder {
        /// Text that is certain after this token; empty while bytes of a character are missing.
        /// An id that the tokenizer does not have adds nothing: a model's vocabulary is padded.
        String append(int id);

        /// What remains at the end of the sequence.
        String finish();
    }
}
