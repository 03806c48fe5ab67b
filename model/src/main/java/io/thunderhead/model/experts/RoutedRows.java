package io.thunderhead.model.experts;

import java.lang.foreign.MemorySegment;

/// Rows of one layer and the experts that each of them goes to.
///
/// Row `r` is `hidden[sourceRow(r), 0..hiddenSize)`, float32 row-major. It goes to the experts `expertId(r, 0..topK)`
/// (-1 = that slot's expert lives elsewhere), which stand in ascending order, with `weight(r, slot)`.
public interface RoutedRows {
    int rowCount();

    int hiddenSize();

    /// Experts a token visits in this model: the number of slots a row.
    int topK();

    MemorySegment hidden();

    int sourceRow(int row);

    int expertId(int row, int slot);

    float weight(int row, int slot);
}
