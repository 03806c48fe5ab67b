package io.thunderhead.transport.exchange;

import java.lang.foreign.MemorySegment;

/// What an expert worker sent back: float32 rows `[rowCount * rowsPerToken, hidden]` in the order of the dispatch.
///
/// With top-k up to 2 there is one row a dispatched row: the sum, in expert-id order, of `weight * expert(row)` over
/// its slots that live there, each product rounded to float32 before it is added. With a larger top-k a partial sum
/// would depend on the sharding, so there are `topK` rows a dispatched row, one a slot (undefined where the slot is
/// -1). Closed by the reader.
public interface CombinedRows extends AutoCloseable {
    MemorySegment hidden();

    int rowsPerToken();

    /// Time the expert worker spent computing, for the step's time split.
    long computeNanos();

    @Override
    void close();

    static int rowsPerToken(int topK) {
        return topK <= 2 ? 1 : topK;
    }
}
