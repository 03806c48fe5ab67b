package io.thunderhead.model.checkpoint;

/// Where weights come from: a mapped checkpoint, or random numbers in a test. Names are the released checkpoint's
/// (`model.layers.0.self_attn.qkv_proj.weight`, `model.layers.0.block_sparse_moe.experts.3.w1.weight`), whatever the
/// file spells.
public interface TensorSource {
    /// Throws CHECKPOINT_INVALID, naming file, tensor, expected and found, if it is missing or of another shape.
    StoredTensor tensor(String name, int... expectedShape);
}
