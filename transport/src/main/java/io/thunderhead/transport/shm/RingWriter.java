package io.thunderhead.transport.shm;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.wire.SegmentTarget;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The writing end of a ring; one thread at a time. What is written becomes visible to the reader in pieces, and all of
/// it by [#flush].
final class RingWriter extends OutputStream implements SegmentTarget {
    private static final long PIECE_BYTES = 1 << 16;
    private static final int SPINS = 1000;
    private static final long PAUSE_NANOS = 50_000;

    private final Ring ring;
    private final Doorbell doorbell;
    private long position;
    private long published;
    private Deadline deadline = Deadline.after(Duration.ZERO);

    RingWriter(Ring ring, Doorbell doorbell) {
        this.ring = ring;
        this.doorbell = doorbell;
    }

    long capacity() {
        return ring.capacity();
    }

    /// Bytes that can be written without waiting.
    long room() {
        return ring.capacity() - ring.checked(position - ring.read());
    }

    /// Waits until so much can be written without waiting. Throws DEADLINE_EXCEEDED, WORKER_LOST,
    /// CANCELLED.
    void awaitRoom(long bytes, Deadline until) {
        for (int i = 0; room() < bytes; i++) {
            if (doorbell.gone()) {
                throw new ServingException(ErrorCode.WORKER_LOST, "the other process is gone");
            }
            if (until.expired()) {
                throw new ServingException(ErrorCode.DEADLINE_EXCEEDED, "no room before the deadline");
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new ServingException(ErrorCode.CANCELLED, "interrupted while waiting for room");
            }
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /// Until when the following writes may wait for room.
    void until(Deadline end) {
        deadline = end;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        write(MemorySegment.ofArray(source), offset, count);
    }

    @Override
    public void write(MemorySegment source, long offset, long count) {
        for (long done = 0; done < count; ) {
            long piece = Math.min(count - done, PIECE_BYTES);
            if (room() < piece) {
                publish();
                awaitRoom(1, deadline);
                piece = Math.min(piece, room());
            }
            long at = position & (ring.capacity() - 1);
            piece = Math.min(piece, ring.capacity() - at);
            MemorySegment.copy(source, offset + done, ring.data(), at, piece);
            position += piece;
            done += piece;
            if (position - published >= PIECE_BYTES) {
                publish();
            }
        }
    }

    @Override
    public void flush() {
        publish();
    }

    private void publish() {
        if (position != published) {
            ring.written(position);
            published = position;
            if (ring.takeSleep()) {
                doorbell.ring();
            }
        }
    }
}
