package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.StoredFloats;
import io.thunderhead.model.state.StepRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The token embedding `[vocab, hidden]`, a copy of the stored rows in their own number format.
final class Embedding {
    private final StoredTensor table;
    private final int hiddenSize;
    private final Kernels kernels;

    /// @param kernels share rows out over their threads
    Embedding(StoredTensor stored, Arena arena, Kernels kernels) {
        this.kernels = kernels;
        MemorySegment copy = arena.allocate(stored.data().byteSize());
        copy.copyFrom(stored.data());
        this.table = new StoredTensor(stored.name(), stored.dtype(), stored.shape(), copy, stored.file());
        this.hiddenSize = stored.shape().get(1);
    }

    /// Row `r` of `hidden [rows, hiddenSize]` becomes the embedding of the step's token `r`.
    void embed(StepRows rows, float[] hidden) {
        kernels.forRows(rows.rowCount(), (firstRow, endRow) -> embed(rows, firstRow, endRow, hidden));
    }

    private void embed(StepRows rows, int firstRow, int endRow, float[] hidden) {
        for (StepRows.Segment segment : rows.segments()) {
            int from = Math.max(0, firstRow - segment.firstRow());
            int end = Math.min(segment.rowCount(), endRow - segment.firstRow());
            for (int i = from; i < end; i++) {
                long first = (long) segment.tokenIds().get(i) * hiddenSize;
                StoredFloats.read(table, first, hiddenSize, hidden, (segment.firstRow() + i) * hiddenSize);
            }
        }
    }

    long byteSize() {
        return table.data().byteSize();
    }
}
