package io.thunderhead.transport.wire;

import io.thunderhead.transport.exchange.CombinedRows;
import java.lang.foreign.MemorySegment;

/// An answer as it came, in Arrow memory.
final class ReceivedCombinedRows implements CombinedRows {
    private final FrameHeader header;
    private final RowBuffer body;
    private final MemorySegment hidden;

    ReceivedCombinedRows(FrameHeader header, BatchLayout layout, RowBuffer body) {
        this.header = header;
        this.body = body;
        this.hidden = body.segment().asSlice(0, layout.bytes(0)).asReadOnly();
    }

    @Override
    public MemorySegment hidden() {
        return hidden;
    }

    @Override
    public int rowsPerToken() {
        return header.width();
    }

    @Override
    public long computeNanos() {
        return header.nanos();
    }

    @Override
    public void close() {
        body.close();
    }
}
