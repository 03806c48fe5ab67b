package io.thunderhead.transport.wire;

import io.thunderhead.transport.exchange.ExpertRows;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// The three columns of a dispatch: hidden rows, expert ids, weights.
final class DispatchColumns {
    static final int HIDDEN = 0;
    static final int EXPERT_IDS = 1;
    static final int WEIGHTS = 2;

    private DispatchColumns() {}

    /// Gathers the rows out of the sender's buffer.
    static void write(ExpertRows rows, BatchLayout layout, FrameOutput out, long start) throws IOException {
        MemorySegment hidden = rows.hidden();
        long rowBytes = (long) rows.hiddenSize() * Float.BYTES;
        for (int row = 0; row < rows.rowCount(); row++) {
            out.write(hidden, rows.sourceRow(row) * rowBytes, rowBytes);
        }
        out.padTo(start + layout.offset(EXPERT_IDS));
        for (int row = 0; row < rows.rowCount(); row++) {
            for (int slot = 0; slot < rows.topK(); slot++) {
                out.write(rows.expertId(row, slot));
            }
        }
        out.padTo(start + layout.offset(WEIGHTS));
        for (int row = 0; row < rows.rowCount(); row++) {
            for (int slot = 0; slot < rows.topK(); slot++) {
                out.write(Float.floatToRawIntBits(rows.weight(row, slot)));
            }
        }
    }
}
