package io.thunderhead.model.checkpoint;

/// How matrices of attention and experts stand in memory. Router, norms, embedding and head keep the precision they are
/// stored in: they are small, or their errors reach every token.
public enum Quantization {
    /// As the checkpoint has them.
    NONE,
    /// Integers from -127 to 127 with a float32 scale for each output; quantized while loading unless they are stored
    /// so.
    INT8
}
