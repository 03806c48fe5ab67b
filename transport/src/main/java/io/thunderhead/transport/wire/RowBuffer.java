package io.thunderhead.transport.wire;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.ArrowBuf;

/// A piece of Arrow memory; its segment must not be touched after [#close].
public final class RowBuffer implements AutoCloseable {
    private final ArrowBuf buffer;
    private final MemorySegment segment;
    private final StreamMemory memory;
    private final AtomicBoolean open = new AtomicBoolean(true);

    @SuppressWarnings("restricted") // Arrow owns the memory: an address and a length are all it can give
    RowBuffer(ArrowBuf buffer, long bytes, StreamMemory memory) {
        this.buffer = buffer;
        this.segment = MemorySegment.ofAddress(buffer.memoryAddress()).reinterpret(bytes);
        this.memory = memory;
    }

    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            memory.release(buffer);
        }
    }
}
