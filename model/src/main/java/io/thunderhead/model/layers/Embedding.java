package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.kernels.StoredFloats;
import io.thunderhead.model.state.StepRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The token embedding `[vocab, hidden]`, a copy of the stored rows in their own number format.
final class Embedding {
    private final StoredTensor table;
    private final int hiddenSize;

    Embedding(StoredTensor stored, Arena arena) {
        MemorySegment copy = arena.allocate(stored.data().byteSize());
        copy.copyFrom(stored.data());
        this.table = new StoredTensor(stored.name(), stored.dtype(), stored.shape(), copy, stored.file());
        this.hiddenSize = stored.shape().get(1);
    }

    /// Row `r` of `hidden [rows, hiddenSize]` becomes the embedding of the step's token `r`.
    void embed(StepRows rows, float[] hidden) {
        for (StepRows.Segment segment : rows.segments()) {
            for (int i = 0; i < segment.rowCount(); i++) {
                long first = (long) segment.tokenIds().get(i) * hiddenSize;
                StoredFloats.read(table, first, hiddenSize, hidden, (segment.firstRow() + i) * hiddenSize);
            }
        }
    }

    long byteSize() {
        return table.data().byteSize();
    }
}
