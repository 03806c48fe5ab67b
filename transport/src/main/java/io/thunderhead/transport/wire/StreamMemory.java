package io.thunderhead.transport.wire;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/// The Arrow memory of one stream. Outlives the stream for as long as its rows are held. Thread-safe.
public final class StreamMemory implements AutoCloseable {
    private final BufferAllocator allocator;
    private int held;
    private boolean closed;

    StreamMemory(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /// Works after the close too while rows are held, so that what is computed from them has a place to go.
    /// Throws QUEUE_FULL when the node's limit is reached.
    public synchronized RowBuffer allocate(long bytes) {
        if (closed && held == 0) {
            throw new ServingException(ErrorCode.WORKER_LOST, "the stream has closed");
        }
        try {
            ArrowBuf buffer = allocator.buffer(bytes);
            held++;
            return new RowBuffer(buffer, bytes, this);
        } catch (OutOfMemoryException e) {
            throw new ServingException(
                    ErrorCode.QUEUE_FULL,
                    "no memory for " + new Bytes(bytes) + " of rows: limit " + new Bytes(allocator.getLimit()),
                    e);
        }
    }

    synchronized void release(ArrowBuf buffer) {
        buffer.close();
        held--;
        closeIfUnused();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            closeIfUnused();
        }
    }

    private void closeIfUnused() {
        if (closed && held == 0) {
            allocator.close();
        }
    }
}
