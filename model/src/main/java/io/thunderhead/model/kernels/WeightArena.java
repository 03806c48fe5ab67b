package io.thunderhead.model.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.MemorySegment.Scope;

/// An arena for weights that are read over and over: what is allocated first lies side by side in huge pages, what
/// comes when `byteCount` bytes are used up lies anywhere. Weights of one arena may be used by any thread; one thread
/// allocates.
public final class WeightArena implements Arena {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment reserved;
    private long usedBytes;

    /// @param byteCount expected in all; memory that is not used is not taken from the system
    public WeightArena(long byteCount) {
        this.reserved = HugePages.allocate(byteCount, arena).orElse(MemorySegment.NULL);
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        long first = Math.ceilDiv(usedBytes, byteAlignment) * byteAlignment;
        if (byteAlignment > HugePages.PAGE_BYTES || byteSize > reserved.byteSize() - first) {
            return arena.allocate(byteSize, byteAlignment);
        }
        usedBytes = first + byteSize;
        return reserved.asSlice(first, byteSize);
    }

    @Override
    public Scope scope() {
        return arena.scope();
    }

    @Override
    public void close() {
        arena.close();
    }
}
