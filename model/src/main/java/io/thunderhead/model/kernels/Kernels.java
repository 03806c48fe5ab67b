package io.thunderhead.model.kernels;

import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.state.StepRows;
import java.lang.foreign.Arena;

/// The coarse operations that a MiniMax-01 layer is made of. Activations are float32, row-major, in arrays that may be
/// longer than needed; `rows` says how many rows count. Outputs are overwritten and do not overlap inputs unless said.
///
/// A row's result depends on that row and its sequence's past only, to the bit: not on the rows around it, the thread
/// count or the implementation. Thread-safe; an operation returns when its result is complete. Operations allocate
/// nothing that grows with rows or sizes.
public interface Kernels extends AutoCloseable {
    /// Lays a stored matrix `[out, in]` (or vector, as one row) out for [#matmul], in the arena. BF16 stays BF16, F16
    /// becomes F32. Asks the operating system to drop the mapped source pages afterwards.
    PackedMatrix pack(StoredTensor tensor, Arena arena);

    /// As [#pack], with the weights rounded to INT8 and a scale for each output: the largest absolute weight of the row
    /// over 127. Throws CHECKPOINT_INVALID if a weight is not finite.
    PackedMatrix quantize(StoredTensor tensor, Arena arena);

    /// `y [rows, out] = x [rows, in] * w^T`: each element one fma chain over the inputs from 0; of INT8 weights over
    /// the integers, the sum then times the output's scale.
    void matmul(float[] x, int rows, PackedMatrix w, float[] y);

    /// `y = x / sqrt(mean(x^2) + eps) * weights`, a row at a time. `y` may be `x`.
    void rmsNorm(float[] x, int rows, float[] weights, float eps, float[] y);

    /// `y = alpha * residual + beta * branch` over `count` elements: `fma(alpha, residual, beta * branch)`. `y` may be
    /// either input.
    void addResidual(float[] residual, float[] branch, ResidualFactors factors, int count, float[] y);

    /// `x = x * sigmoid(x)` in place.
    void silu(float[] x, int count);

    /// `x = x * sigmoid(gate)` in place: the output gate of lightning attention.
    void gate(float[] x, float[] gate, int count);

    /// Lightning attention of all segments, reading and updating their states (spec section 5, steps 4 to 6): prefill
    /// segments in blocks, decode segments token by token.
    ///
    /// @param qkv `[rows, heads, 3, headDim]`, after SiLU
    /// @param out `[rows, heads, headDim]`
    void lightning(StepRows rows, int layerIndex, LightningDecay decay, float[] qkv, float[] out);

    /// Rotates queries and keys, scales queries by `1 / sqrt(headDim)` in place, and writes keys and values into the
    /// sequences' pages.
    ///
    /// @param q `[rows, heads, headDim]`, rotated and scaled in place
    /// @param k,v `[rows, kvHeads, headDim]`
    void storeKeysValues(StepRows rows, int layerIndex, Rotary rotary, float[] q, float[] k, float[] v);

    /// Causal softmax attention over the pages, one page after the other with a running maximum. Query head `a` reads
    /// kv head `a / (heads / kvHeads)`.
    ///
    /// @param q,out `[rows, heads, headDim]`, `q` from [#storeKeysValues]
    void softmaxAttention(StepRows rows, int layerIndex, HeadShape shape, float[] q, float[] out);

    /// `y = down * (silu(gate * x) * (up * x))` for groups of rows, each group with its own weights. Group `g` has the
    /// rows `[firstRows[g], firstRows[g + 1])`.
    ///
    /// @param activated scratch `[rows, intermediate]`
    void feedForward(
            FeedForwardWeights[] weights, int[] firstRows, int groupCount, float[] x, float[] activated, float[] y);

    /// Runs work on ranges of rows that do not depend on each other, shared out over the threads.
    void forRows(int rowCount, RowsTask task);

    @FunctionalInterface
    interface RowsTask {
        void run(int firstRow, int endRow);
    }

    /// Stops the threads.
    @Override
    void close();
}
