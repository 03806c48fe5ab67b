package io.thunderhead.transport.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A stream that gives rows without an array between.
public interface SegmentSource {
    /// Throws EOFException if it ends before.
    void readFully(MemorySegment target, long offset, long count) throws IOException;
}
