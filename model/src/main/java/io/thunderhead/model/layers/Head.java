package io.thunderhead.model.layers;

/// The final norm and the product with the vocabulary. One thread at a time.
public interface Head extends AutoCloseable {
    /// Norms `hidden [rows, hidden]` in place; `logits [rows, vocab]`.
    void logits(float[] hidden, int rows, float[] logits);

    /// Bytes of packed weights.
    long byteSize();

    @Override
    void close();
}
