package io.thunderhead.model.kernels;

import java.lang.foreign.MemorySegment;

/// Off-heap memory by address, for the inner loops over vectors. A segment that comes through a field may be of the
/// heap for all that the compiler knows, once any such segment was seen anywhere; every access is then a fence to its
/// neighbours, which made loops up to seven times slower (docs/adr/0036). [#ALL] is a constant, and known not to be.
/// Its accesses have no bounds: whoever makes an address has checked sizes.
final class NativeMemory {
    static final MemorySegment ALL = all();

    private NativeMemory() {}

    @SuppressWarnings("restricted")
    private static MemorySegment all() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /// Throws IllegalStateException if the memory was freed.
    static long address(MemorySegment segment) {
        if (!segment.isNative() || !segment.scope().isAlive()) {
            throw new IllegalStateException("expected off-heap memory in use, got " + segment);
        }
        return segment.address();
    }
}
