package io.thunderhead.model.checkpoint;

import java.util.Optional;

/// Where weights come from: a mapped checkpoint, or random numbers in a test. Names are the released checkpoint's
/// (`model.layers.0.self_attn.qkv_proj.weight`, `model.layers.0.block_sparse_moe.experts.3.w1.weight`), whatever the
/// file spells.
public interface TensorSource {
    /// Throws CHECKPOINT_INVALID, naming file, tensor, expected and found, if it is missing or of another shape.
    StoredTensor tensor(String name, int... expectedShape);

    /// The matrix as it was quantized ahead of time; empty if it is stored in floats, or missing. Throws
    /// CHECKPOINT_INVALID if its values or scales are of another shape.
    default Optional<Int8Matrix> int8(String name, int outSize, int inSize) {
        return Optional.empty();
    }

    /// What matrices of attention and experts that are stored in floats become when they are loaded.
    default Quantization quantization() {
        return Quantization.NONE;
    }
}
