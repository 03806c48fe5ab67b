package io.thunderhead.model.layers;

/// The final norm and the product with the vocabulary. One thread at a time.
public interface Head extends AutoCloseable {
    /// Norms `hidden [rows, hidden]` in place; `logits [rows, vocab]`.
    void logits(float[] hidden, int rows, float[] logits);

    /// The token with the largest logit of each row, the lowest id among equals; -1 for a row with a logit that is not
    /// finite. False, with nothing changed, where [#logits] is the only way.
    ///
    /// @param hidden `[rows, hidden]`
    default boolean greedyTokens(float[] hidden, int rows, int[] tokenIds) {
        return false;
    }

    /// Bytes of packed weights.
    long byteSize();

    @Override
    void close();
}
