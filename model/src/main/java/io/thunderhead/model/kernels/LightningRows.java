package io.thunderhead.model.kernels;

import io.thunderhead.model.state.StepRows.Segment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Lightning attention of one layer and step, one head of one segment at a time. Source: spec section 5.
final class LightningRows {
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
        addPresent(firstRow, tokens, head, values, scratch);
        updateState(firstRow, tokens, head, state, values, scratch);
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

    /// `out[r] += sum over c <= r of exp(-s (r - c)) (q_r . k_c) v_c`
    private void addPresent(int firstRow, int tokens, int head, MemorySegment values, Scratch scratch) {
        int headDim = decay.headDim();
        int width = PackedMatrix.wholePanels(tokens);
        float[] scores = scratch.scores.atLeast(tokens * width);
        scratch.product
                .a(qkv, qkvAt(firstRow, head), qkvStride())
                .b(transposeKeys(firstRow, tokens, head, scratch), 0, width)
                .c(scores, 0, width, true)
                .size(tokens, width, headDim);
        arithmetic.multiply(scratch.product);
        for (int r = 0; r < tokens; r++) {
            Elementwise.multiply(scores, r * width, decay.fallingPowers(head), decay.blockSize() - r, r + 1);
        }
        scratch.product
                .a(scores, 0, width)
                .b(values, 0, headDim)
                .c(out, outAt(firstRow, head), outStride(), false)
                .causal(tokens, headDim, 1, 1);
        arithmetic.multiply(scratch.product);
    }

    /// `S = exp(-s m) S + sum over c of exp(-s (m - 1 - c)) k_c v_c^T` for a block of `m` tokens
    private void updateState(
            int firstRow, int tokens, int head, MemorySegment state, MemorySegment values, Scratch scratch) {
        int headDim = decay.headDim();
        int size = headDim * headDim;
        float[] next = scratch.state.atLeast(size);
        MemorySegment.copy(state, ValueLayout.JAVA_FLOAT, stateOffset(head), next, 0, size);
        Elementwise.scale(next, 0, size, decay.power(head, tokens));
        scratch.product
                .a(decayedKeys(firstRow, tokens, head, scratch), 0, tokens)
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

    /// `[headDim, tokens]`, the tokens filled up to whole vectors with anything: nobody reads those scores.
    private MemorySegment transposeKeys(int firstRow, int tokens, int head, Scratch scratch) {
        int headDim = decay.headDim();
        int width = PackedMatrix.wholePanels(tokens);
        MemorySegment keys = scratch.rightKeys.floatsAtLeast((long) width * headDim);
        for (int c = 0; c < tokens; c++) {
            int from = qkvAt(firstRow + c, head) + headDim;
            for (int i = 0; i < headDim; i++) {
                keys.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * width + c, qkv[from + i]);
            }
        }
        return keys;
    }

    /// `exp(-s (tokens - 1 - c)) k_c`, `[headDim, tokens]`
    private float[] decayedKeys(int firstRow, int tokens, int head, Scratch scratch) {
        int headDim = decay.headDim();
        float[] keys = scratch.keys.atLeast(headDim * tokens);
        for (int c = 0; c < tokens; c++) {
            int from = qkvAt(firstRow + c, head) + headDim;
            float power = decay.power(head, tokens - 1 - c);
            for (int i = 0; i < headDim; i++) {
                keys[i * tokens + c] = qkv[from + i] * power;
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
