package io.thunderhead.transport.shm;

import io.thunderhead.transport.wire.FrameHeader;
import io.thunderhead.transport.wire.SegmentSource;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/// The reading end of a ring; one thread. Reads one frame after the other: [#awaitFrame] finds the next one, from then
/// on this is a stream of its bytes.
final class RingReader extends InputStream implements SegmentSource {
    private static final long PIECE_BYTES = 1 << 16;

    /// Longer than an answer of one row takes, shorter than would hurt who else needs the processor.
    private static final long SPIN_NANOS = 20_000;

    private static final Duration SLEEP = Duration.ofSeconds(1);

    private final Ring ring;
    private final Doorbell doorbell;
    private long position;
    private long given;
    private long left;

    RingReader(Ring ring, Doorbell doorbell) {
        this.ring = ring;
        this.doorbell = doorbell;
    }

    /// Waits for the next frame, past what was left unread of the last one. Throws PROTOCOL_VIOLATION if it is longer
    /// than that or no frame, EOFException when the line is at its end.
    void awaitFrame(long bytesMax) throws IOException {
        skipNBytes(left);
        awaitBytes(FrameHeader.BYTES);
        byte[] header = new byte[FrameHeader.BYTES];
        long at = position & (ring.capacity() - 1);
        long before = Math.min(header.length, ring.capacity() - at);
        MemorySegment copy = MemorySegment.ofArray(header);
        MemorySegment.copy(ring.data(), at, copy, 0, before);
        MemorySegment.copy(ring.data(), 0, copy, before, header.length - before);
        left = FrameHeader.frameBytes(header, bytesMax);
    }

    @Override
    public int available() {
        return Math.toIntExact(left);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (left == 0) {
            return -1;
        }
        int piece = (int) Math.min(count, left);
        readFully(MemorySegment.ofArray(target), offset, piece);
        return piece;
    }

    @Override
    public long skip(long count) throws IOException {
        long piece = Math.min(Math.min(count, left), PIECE_BYTES);
        if (piece > 0) {
            piece = Math.min(piece, awaitBytes(1));
            advance(piece);
        }
        return piece;
    }

    @Override
    public void readFully(MemorySegment target, long offset, long count) throws IOException {
        for (long done = 0; done < count; ) {
            long piece = Math.min(Math.min(count - done, PIECE_BYTES), awaitBytes(1));
            long at = position & (ring.capacity() - 1);
            piece = Math.min(piece, ring.capacity() - at);
            MemorySegment.copy(ring.data(), at, target, offset + done, piece);
            advance(piece);
            done += piece;
        }
    }

    private void advance(long count) {
        position += count;
        left -= count;
        if (position - given >= PIECE_BYTES) {
            giveBack();
        }
    }

    private void giveBack() {
        ring.read(position);
        given = position;
    }

    private long readable() {
        return ring.checked(ring.written() - position);
    }

    /// Waits until so many bytes can be read. Spins a little, then sleeps until the writer rings.
    private long awaitBytes(long atLeast) throws IOException {
        long readable = readable();
        if (readable >= atLeast) {
            return readable;
        }
        giveBack(); // a writer may wait for it
        long start = System.nanoTime();
        while (System.nanoTime() - start < SPIN_NANOS) {
            readable = readable();
            if (readable >= atLeast) {
                return readable;
            }
            Thread.onSpinWait();
        }
        while (true) {
            ring.announceSleep(true);
            readable = readable();
            if (readable >= atLeast) {
                ring.announceSleep(false);
                return readable;
            }
            if (!doorbell.await(SLEEP)) {
                readable = readable(); // what was written before the end
                if (readable >= atLeast) {
                    return readable;
                }
                throw new EOFException("the other process is gone");
            }
        }
    }
}
