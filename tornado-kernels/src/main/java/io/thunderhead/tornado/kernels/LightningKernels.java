package io.thunderhead.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Lightning attention (spec section 5, steps 4 and 5): decode as the recurrence, prefill in blocks.
///
/// `qkv [rows, heads, 3, headDim]` after SiLU, `out [rows, heads, headDim]`, `states [layers, slots, heads, headDim of
/// k, headDim of v]`, `slopes [layers, heads]`; all float32. A thread owns one column of v and of the state, so that
/// neighbours read neighbours. `step` is `[row count, layer]`. A segment that is fresh starts from a state of zeros,
/// whatever its slot holds: nothing needs clearing between sequences.
public final class LightningKernels {
    public static final int HEAD_DIM_MAX = 256;
    /// Of a decode segment: first row, rows (0 = none), slot, 1 if fresh.
    public static final int SEGMENT_INTS = 4;
    /// Of a prefill block: first row, rows (0 = none).
    public static final int BLOCK_INTS = 2;
    /// Of a prefill segment: first block, blocks (0 = none), slot, 1 if fresh.
    public static final int CHAIN_INTS = 4;
    /// Rows of k that a group of [#blockStates] sums up.
    public static final int KEY_TILE = 8;
    /// Rows that a group of [#blockOutputs] computes.
    public static final int ROW_TILE = 16;

    private static final int SCORES = ROW_TILE * ROW_TILE;

    private LightningKernels() {}

    /// Token by token; the state is read and written once a token.
    ///
    /// Grid: `[segments * headDim, heads]`, local `[headDim, 1]`.
    public static void decode(
            KernelContext context,
            IntArray step,
            IntArray segments,
            FloatArray qkv,
            FloatArray states,
            FloatArray slopes,
            FloatArray out,
            int slots,
            int heads,
            int headDim) {
        float[] q = context.allocateFloatLocalArray(HEAD_DIM_MAX);
        float[] k = context.allocateFloatLocalArray(HEAD_DIM_MAX);
        int segment = context.groupIdx * SEGMENT_INTS;
        int rows = segments.get(segment + 1);
        if (rows > 0) {
            int head = context.groupIdy;
            int column = context.localIdx;
            int firstRow = segments.get(segment);
            boolean fresh = segments.get(segment + 3) == 1;
            int layer = step.get(1);
            float decay = TornadoMath.exp(-slopes.get(layer * heads + head));
            int state = (((layer * slots + segments.get(segment + 2)) * heads + head) * headDim) * headDim + column;
            for (int row = firstRow; row < firstRow + rows; row++) {
                int at = (row * heads + head) * 3 * headDim + column;
                q[column] = qkv.get(at);
                k[column] = qkv.get(at + headDim);
                float v = qkv.get(at + 2 * headDim);
                float sum = 0f;
                context.localBarrier();
                for (int i = 0; i < headDim; i++) {
                    float before = 0f;
                    if (!fresh || row > firstRow) {
                        before = states.get(state + i * headDim);
                    }
                    float after = decay * before + k[i] * v;
                    states.set(state + i * headDim, after);
                    sum += q[i] * after;
                }
                out.set((row * heads + head) * headDim + column, sum);
                context.localBarrier();
            }
        }
    }

    /// What each block of a prompt adds to the state: `sum_c exp(-s (m - 1 - c)) k_c v_c^T` over its `m` tokens.
    ///
    /// Grid: `[blocks * headDim, heads, headDim / KEY_TILE]`, local `[headDim, 1, 1]`.
    ///
    /// @param blockStates `[blocks, heads, headDim, headDim]`
    public static void blockStates(
            KernelContext context,
            IntArray step,
            IntArray blocks,
            FloatArray qkv,
            FloatArray slopes,
            FloatArray blockStates,
            int heads,
            int headDim) {
        int block = context.groupIdx;
        int rows = blocks.get(block * BLOCK_INTS + 1);
        if (rows > 0) {
            int head = context.groupIdy;
            int column = context.localIdx;
            int firstKey = context.groupIdz * KEY_TILE;
            float slope = slopes.get(step.get(1) * heads + head);
            int firstRow = blocks.get(block * BLOCK_INTS);
            float[] sums = new float[KEY_TILE];
            for (int i = 0; i < KEY_TILE; i++) {
                sums[i] = 0f;
            }
            for (int c = 0; c < rows; c++) {
                int at = ((firstRow + c) * heads + head) * 3 * headDim;
                float v = TornadoMath.exp(-slope * (rows - 1 - c)) * qkv.get(at + 2 * headDim + column);
                for (int i = 0; i < KEY_TILE; i++) {
                    sums[i] += qkv.get(at + headDim + firstKey + i) * v;
                }
            }
            int to = ((block * heads + head) * headDim + firstKey) * headDim + column;
            for (int i = 0; i < KEY_TILE; i++) {
                blockStates.set(to + i * headDim, sums[i]);
            }
        }
    }

    /// Runs through the blocks of each segment: what a block adds is replaced by the state before it, and the segment's
    /// state becomes the one after its last block.
    ///
    /// Grid: `[chains * headDim, heads, headDim]`, local `[headDim, 1, 1]`.
    public static void carryStates(
            KernelContext context,
            IntArray step,
            IntArray blocks,
            IntArray chains,
            FloatArray states,
            FloatArray slopes,
            FloatArray blockStates,
            int slots,
            int heads,
            int headDim) {
        int chain = context.groupIdx * CHAIN_INTS;
        int count = chains.get(chain + 1);
        if (count > 0) {
            int head = context.groupIdy;
            int element = (head * headDim + context.groupIdz) * headDim + context.localIdx;
            int layer = step.get(1);
            float slope = slopes.get(layer * heads + head);
            int stateSize = heads * headDim * headDim;
            int home = (layer * slots + chains.get(chain + 2)) * stateSize + element;
            float state = 0f;
            if (chains.get(chain + 3) == 0) {
                state = states.get(home);
            }
            int first = chains.get(chain);
            for (int block = first; block < first + count; block++) {
                float added = blockStates.get(block * stateSize + element);
                blockStates.set(block * stateSize + element, state);
                state = TornadoMath.exp(-slope * blocks.get(block * BLOCK_INTS + 1)) * state + added;
            }
            states.set(home, state);
        }
    }

    /// The rows of a block: what the state before it gives, and the tokens of the block up to each row.
    ///
    /// Grid: `[blocks * headDim, heads, ceil(blockSize / ROW_TILE)]`, local `[headDim, 1, 1]`.
    public static void blockOutputs(
            KernelContext context,
            IntArray step,
            IntArray blocks,
            FloatArray qkv,
            FloatArray slopes,
            FloatArray blockStates,
            FloatArray out,
            int heads,
            int headDim) {
        float[] q = context.allocateFloatLocalArray(ROW_TILE * HEAD_DIM_MAX);
        float[] scores = context.allocateFloatLocalArray(SCORES);
        int block = context.groupIdx;
        int blockRows = blocks.get(block * BLOCK_INTS + 1);
        int tileRow = context.groupIdz * ROW_TILE;
        if (tileRow < blockRows) {
            int head = context.groupIdy;
            int column = context.localIdx;
            int rows = Math.min(ROW_TILE, blockRows - tileRow);
            float slope = slopes.get(step.get(1) * heads + head);
            int firstRow = blocks.get(block * BLOCK_INTS);
            int rowStride = heads * 3 * headDim;
            int first = firstRow * rowStride + head * 3 * headDim;
            float[] sums = new float[ROW_TILE];
            for (int r = 0; r < ROW_TILE; r++) {
                sums[r] = 0f;
                int row = tileRow + Math.min(r, rows - 1);
                q[r * headDim + column] = qkv.get(first + row * rowStride + column);
            }
            context.localBarrier();
            int state = (block * heads + head) * headDim * headDim + column;
            for (int i = 0; i < headDim; i++) {
                float value = blockStates.get(state + i * headDim);
                for (int r = 0; r < ROW_TILE; r++) {
                    sums[r] += q[r * headDim + i] * value;
                }
            }
            for (int r = 0; r < ROW_TILE; r++) {
                sums[r] = sums[r] * TornadoMath.exp(-slope * (tileRow + r + 1));
            }
            for (int c = 0; c < tileRow + rows; c += ROW_TILE) {
                for (int i = column; i < SCORES; i += headDim) {
                    int distance = tileRow + i / ROW_TILE - c - i % ROW_TILE;
                    float score = 0f;
                    if (distance >= 0 && i / ROW_TILE < rows) {
                        int key = first + (c + i % ROW_TILE) * rowStride + headDim;
                        for (int d = 0; d < headDim; d++) {
                            score += q[i / ROW_TILE * headDim + d] * qkv.get(key + d);
                        }
                        score = score * TornadoMath.exp(-slope * distance);
                    }
                    scores[i] = score;
                }
                context.localBarrier();
                for (int t = 0; t < ROW_TILE; t++) {
                    int row = Math.min(c + t, blockRows - 1);
                    float v = qkv.get(first + row * rowStride + 2 * headDim + column);
                    for (int r = 0; r < ROW_TILE; r++) {
                        sums[r] += scores[r * ROW_TILE + t] * v;
                    }
                }
                context.localBarrier();
            }
            for (int r = 0; r < ROW_TILE; r++) {
                if (r < rows) {
                    out.set(((firstRow + tileRow + r) * heads + head) * headDim + column, sums[r]);
                }
            }
        }
    }
}
