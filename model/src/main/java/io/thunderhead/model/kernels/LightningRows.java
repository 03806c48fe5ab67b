package io.thunderhead.model.kernels;

import io.thunderhead.model.state.StepRows.Segment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Lightning attention of one layer and step, one head of one segment at a time. Source: spec section 5.
final class LightningRows {
    /// Rows whose scores are computed together.
    private static final int STRIP_ROWS = 64;

    private static final int TRANSPOSED_TOKENS = 8;

    private final Arithmetic arithmetic;
    private final LightningDecay decay;
    private final int layerIndex;
    private final float[] qkv;
    private final float[] out;

    /// @param qkv `[rows, heads, 3, headDim]`
    /// @param out `[rows, heads, headDim]`
    LightningRows(Arithmetic arithmetic, LightningDecay decay, int layerIndex, float[] qkv, float[] out) {
        this.arithmetic = arithmetic;
        this.decay = decay;
        this.layerIndex = layerIndex;
        this.qkv = qkv;
        this.out = out;
    }

    void run(Segment segment, int head, Scratch scratch) {
        MemorySegment state = segment.state().lightning(layerIndex);
        if (segment.decode()) {
            recur(segment, head, state, scratch.recurrence);
        } else {
            runBlocks(segment, head, state, scratch);
        }
    }

    private void recur(Segment segment, int head, MemorySegment state, Recurrence recurrence) {
        for (int row = segment.firstRow(); row < segment.firstRow() + segment.rowCount(); row++) {
            recurrence
                    .token(qkv, qkvAt(row, head), decay.headDim())
                    .state(state, stateOffset(head), decay.power(head, 1))
                    .out(out, outAt(row, head));
            arithmetic.recur(recurrence);
        }
    }

    /// Blocks end on absolute multiples of the block size, however the prompt was cut.
    private void runBlocks(Segment segment, int head, MemorySegment state, Scratch scratch) {
        int done = 0;
        while (done < segment.rowCount()) {
            int position = segment.startPosition() + done;
            int room = decay.blockSize() - position % decay.blockSize();
            int tokens = Math.min(room, segment.rowCount() - done);
            runBlock(segment.firstRow() + done, tokens, head, state, scratch);
            done += tokens;
        }
    }

    private void runBlock(int firstRow, int tokens, int head, MemorySegment state, Scratch scratch) {
        addPast(firstRow, tokens, head, state, scratch.product);
        MemorySegment values = copyValues(firstRow, tokens, head, scratch);
        float[] keys = transposeKeys(firstRow, tokens, head, scratch);
        addPresent(firstRow, tokens, head, keys, values, scratch);
        updateState(tokens, head, state, keys, values, scratch);
    }

    /// `out[r] = exp(-s (r + 1)) q_r^T S`
    private void addPast(int firstRow, int tokens, int head, MemorySegment state, Product product) {
        int headDim = decay.headDim();
        product.a(qkv, qkvAt(firstRow, head), qkvStride())
                .b(state, stateOffset(head), headDim)
                .c(out, outAt(firstRow, head), outStride(), true)
                .size(tokens, headDim, headDim);
        arithmetic.multiply(product);
        for (int r = 0; r < tokens; r++) {
            Elementwise.scale(out, outAt(firstRow + r, head), headDim, decay.power(head, r + 1));
        }
    }

    /// `out[r] += sum over c <= r of exp(-s (r - c)) (q_r . k_c) v_c`, in strips of rows: none has scores for the
    /// tokens behind it.
    private void addPresent(int firstRow, int tokens, int head, float[] keys, MemorySegment values, Scratch scratch) {
        int headDim = decay.headDim();
        int keysStride = PackedMatrix.wholePanels(tokens);
        MemorySegment rightKeys = scratch.rightKeys.floatsAtLeast((long) keysStride * headDim);
        MemorySegment.copy(keys, 0, rightKeys, ValueLayout.JAVA_FLOAT, 0, keysStride * headDim);
        for (int strip = 0; strip < tokens; strip += STRIP_ROWS) {
            int rows = Math.min(STRIP_ROWS, tokens - strip);
            int width = PackedMatrix.wholePanels(strip + rows);
            float[] scores = scratch.scores.atLeast(STRIP_ROWS * keysStride);
            scratch.product
                    .a(qkv, qkvAt(firstRow + strip, head), qkvStride())
                    .b(rightKeys, 0, keysStride)
                    .c(scores, 0, width, true)
                    .size(rows, width, headDim);
            arithmetic.multiply(scratch.product);
            for (int r = 0; r < rows; r++) {
                int row = strip + r;
                arithmetic.multiply(scores, r * width, decay.fallingPowers(head), decay.blockSize() - row, row + 1);
            }
            scratch.product
                    .a(scores, 0, width)
                    .b(values, 0, headDim)
                    .c(out, outAt(firstRow + strip, head), outStride(), false)
                    .causal(rows, headDim, strip + 1, 1);
            arithmetic.multiply(scratch.product);
        }
    }

    /// `S = exp(-s m) S + sum over c of exp(-s (m - 1 - c)) k_c v_c^T` for a block of `m` tokens; leaves the keys
    /// decayed.
    private void updateState(
            int tokens, int head, MemorySegment state, float[] keys, MemorySegment values, Scratch scratch) {
        int headDim = decay.headDim();
        int size = headDim * headDim;
        int keysStride = PackedMatrix.wholePanels(tokens);
        for (int i = 0; i < headDim; i++) {
            arithmetic.multiply(
                    keys, i * keysStride, decay.fallingPowers(head), decay.blockSize() - (tokens - 1), tokens);
        }
        float[] next = scratch.state.atLeast(size);
        MemorySegment.copy(state, ValueLayout.JAVA_FLOAT, stateOffset(head), next, 0, size);
        Elementwise.scale(next, 0, size, decay.power(head, tokens));
        scratch.product
                .a(keys, 0, keysStride)
                .b(values, 0, headDim)
                .c(next, 0, headDim, false)
                .size(headDim, headDim, tokens);
        arithmetic.multiply(scratch.product);
        MemorySegment.copy(next, 0, state, ValueLayout.JAVA_FLOAT, stateOffset(head), size);
    }

    private MemorySegment copyValues(int firstRow, int tokens, int head, Scratch scratch) {
        int headDim = decay.headDim();
        MemorySegment values = scratch.rightValues.floatsAtLeast((long) tokens * headDim);
        for (int c = 0; c < tokens; c++) {
            int from = qkvAt(firstRow + c, head) + 2 * headDim;
            MemorySegment.copy(qkv, from, values, ValueLayout.JAVA_FLOAT, (long) c * headDim * Float.BYTES, headDim);
        }
        return values;
    }

    /// `[headDim, tokens]`, the tokens filled up to whole panels with anything: nobody reads those scores. A few tokens
    /// at a time, so that both what is read and what is written stays in the first-level cache.
    private float[] transposeKeys(int firstRow, int tokens, int head, Scratch scratch) {
        int headDim = decay.headDim();
        int width = PackedMatrix.wholePanels(tokens);
        float[] keys = scratch.keys.atLeast(width * headDim);
        for (int first = 0; first < tokens; first += TRANSPOSED_TOKENS) {
            int end = Math.min(tokens, first + TRANSPOSED_TOKENS);
            for (int i = 0; i < headDim; i++) {
                for (int c = first; c < end; c++) {
                    keys[i * width + c] = qkv[qkvAt(firstRow + c, head) + headDim + i];
                }
            }
        }
        return keys;
    }

    private int outStride() {
        return decay.headCount() * decay.headDim();
    }

    private int qkvStride() {
        return 3 * outStride();
    }

    private int qkvAt(int row, int head) {
        return row * qkvStride() + head * 3 * decay.headDim();
    }

    private int outAt(int row, int head) {
        return row * outStride() + head * decay.headDim();
    }

    private long stateOffset(int head) {
        return (long) head * decay.headDim() * decay.headDim() * Float.BYTES;
    }
}
