package io.thunderhead.transport.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Writes a frame's parts to a wire: rows directly where it takes them, all else, and everything to gRPC, through a
/// scratch array that stays in the cache. gRPC's public way out takes byte arrays only, so this is the price of not
/// reaching into its private classes as Arrow Flight does (adr/0017).
final class FrameOutput {
    private static final int SCRATCH_BYTES = 1 << 15;
    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[SCRATCH_BYTES]);

    private final OutputStream target;
    private final byte[] bytes = SCRATCH.get();
    private final ByteBuffer scratch = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private long written;

    FrameOutput(OutputStream target) {
        this.target = target;
    }

    void write(ByteBuffer source) throws IOException {
        write(MemorySegment.ofBuffer(source), 0, source.remaining());
    }

    void write(MemorySegment source, long offset, long count) throws IOException {
        if (target instanceof SegmentTarget segments && count > SCRATCH_BYTES / 8) {
            flush();
            segments.write(source, offset, count);
            written += count;
            return;
        }
        for (long done = 0; done < count; ) {
            int piece = (int) Math.min(count - done, room());
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset + done, bytes, scratch.position(), piece);
            scratch.position(scratch.position() + piece);
            done += piece;
        }
    }

    void write(int value) throws IOException {
        if (scratch.remaining() < Integer.BYTES) {
            flush();
        }
        scratch.putInt(value);
    }

    void padTo(long frameOffset) throws IOException {
        while (position() < frameOffset) {
            room();
            scratch.put((byte) 0);
        }
    }

    long position() {
        return written + scratch.position();
    }

    void flush() throws IOException {
        target.write(bytes, 0, scratch.position());
        written += scratch.position();
        scratch.clear();
    }

    private int room() throws IOException {
        if (!scratch.hasRemaining()) {
            flush();
        }
        return scratch.remaining();
    }
}
