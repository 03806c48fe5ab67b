package io.thunderhead.transport.exchange;

import java.lang.foreign.MemorySegment;

/// Rows of one layer on their way to one expert worker, seen by either side of the wire.
///
/// Row `r` is `hidden[sourceRow(r), 0..hiddenSize)`, float32 row-major. It goes to the experts `expertId(r, 0..topK)`
/// (-1 = that slot's expert lives elsewhere), which stand in ascending order, with `weight(r, slot)`.
/// Valid until the exchange is over: on the sending side until the combine was read or has failed, on the receiving
/// side until the reply was sent.
public interface ExpertRows {
    long planEpoch();

    int layerIndex();

    int rowCount();

    int hiddenSize();

    /// Experts a token visits in this model: the number of slots a row.
    int topK();

    /// float32 rows; over a wire exactly `rowCount` rows, inside one process the sender's whole activation buffer.
    MemorySegment hidden();

    int sourceRow(int row);

    int expertId(int row, int slot);

    float weight(int row, int slot);
}
