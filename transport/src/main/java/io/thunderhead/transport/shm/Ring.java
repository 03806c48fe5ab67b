package io.thunderhead.transport.shm;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// Shared memory of one direction. Positions count bytes since the start and only grow; each is written by one side,
/// and what the other side wrote is checked before it is used.
///
/// @param control three words, each in a cache line of its own: what was written, what was read, whether the reader
///     sleeps and wants to be woken
record Ring(MemorySegment control, MemorySegment data, long capacity) {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long WRITTEN = 0;
    private static final long READ = 64;
    private static final long SLEEPS = 128;

    long written() {
        return (long) LONG.getVolatile(control, WRITTEN);
    }

    void written(long position) {
        LONG.setVolatile(control, WRITTEN, position);
    }

    long read() {
        return (long) LONG.getVolatile(control, READ);
    }

    void read(long position) {
        LONG.setVolatile(control, READ, position);
    }

    void announceSleep(boolean sleeps) {
        LONG.setVolatile(control, SLEEPS, sleeps ? 1L : 0L);
    }

    /// Whether the reader has to be woken; says so once a sleep.
    boolean takeSleep() {
        return (long) LONG.getVolatile(control, SLEEPS) == 1L && LONG.compareAndSet(control, SLEEPS, 1L, 0L);
    }

    /// `count`, if a ring can hold so many bytes. Throws PROTOCOL_VIOLATION: the peer wrote nonsense.
    long checked(long count) {
        if (count < 0 || count > capacity) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "shared memory: expected positions 0 to " + capacity + " bytes apart, got " + count);
        }
        return count;
    }
}
