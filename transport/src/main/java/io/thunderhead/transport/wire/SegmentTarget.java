package io.thunderhead.transport.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A stream that takes rows without an array between.
public interface SegmentTarget {
    void write(MemorySegment source, long offset, long count) throws IOException;
}
