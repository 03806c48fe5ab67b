package io.thunderhead.model.kernels;

import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StepRows.Segment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Rotates the queries and keys of a step and writes keys and values into the sequences' pages, a page at a time.
/// Layout of a page: [StateLayout].
final class KeyValueRows {
    private static final int PAGE = StateLayout.PAGE_TOKENS;

    private final Rotary rotary;
    private final int layerIndex;
    private final float[] q;
    private final float[] k;
    private final float[] v;

    KeyValueRows(Rotary rotary, int layerIndex, float[] q, float[] k, float[] v) {
        this.rotary = rotary;
        this.layerIndex = layerIndex;
        this.q = q;
        this.k = k;
        this.v = v;
    }

    /// Pages that a segment writes to.
    static int pageCount(Segment segment) {
        return Math.ceilDiv(segment.endPosition(), PAGE) - segment.startPosition() / PAGE;
    }

    /// @param index of the page among those of [#pageCount]
    void run(Segment segment, int index, Scratch scratch) {
        int page = segment.startPosition() / PAGE + index;
        int first = Math.max(segment.startPosition(), page * PAGE);
        int end = Math.min(segment.endPosition(), (page + 1) * PAGE);
        float[] turns = scratch.turns.atLeast(2 * rotary.pairCount());
        for (int position = first; position < end; position++) {
            int row = segment.firstRow() + position - segment.startPosition();
            rotary.turnsAt(position, turns);
            turnQueries(row, turns);
            store(segment.state(), page, position % PAGE, row, turns);
        }
    }

    private void turnQueries(int row, float[] turns) {
        HeadShape shape = rotary.shape();
        int first = row * shape.headCount() * shape.headDim();
        for (int head = 0; head < shape.headCount(); head++) {
            rotary.turn(q, first + head * shape.headDim(), turns);
        }
        float scale = (float) (1 / Math.sqrt(shape.headDim()));
        Elementwise.scale(q, first, shape.headCount() * shape.headDim(), scale);
    }

    private void store(SequenceState state, int page, int slot, int row, float[] turns) {
        HeadShape shape = rotary.shape();
        int headDim = shape.headDim();
        MemorySegment memory = state.page(page);
        for (int head = 0; head < shape.kvHeadCount(); head++) {
            int from = (row * shape.kvHeadCount() + head) * headDim;
            rotary.turn(k, from, turns);
            long keys = state.keysOffset(layerIndex, head) + (long) slot * Float.BYTES;
            for (int i = 0; i < headDim; i++) {
                memory.set(ValueLayout.JAVA_FLOAT, keys + (long) i * PAGE * Float.BYTES, k[from + i]);
            }
            long values = state.valuesOffset(layerIndex, head) + (long) slot * headDim * Float.BYTES;
            MemorySegment.copy(v, from, memory, ValueLayout.JAVA_FLOAT, values, headDim);
        }
    }
}
