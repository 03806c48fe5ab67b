package io.thunderhead.transport.shm;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The mapped file of one line: two rings, from the caller to the worker and back. Each ring is a control block and a
/// power of two of bytes. Closed by the line's reader, the last to touch it.
final class RingFile implements AutoCloseable {
    static final long CONTROL_BYTES = 256;
    private static final int PIECE_BYTES = 1 << 20;

    private final Arena arena;
    private final MemorySegment memory;
    private final long capacity;

    private RingFile(Arena arena, MemorySegment memory, long capacity) {
        this.arena = arena;
        this.memory = memory;
        this.capacity = capacity;
    }

    /// Makes the file, for its owner only. It is written whole: a full file system is noticed here, by an exception,
    /// and not later, by a signal.
    static RingFile create(Path file, long capacity) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
            for (long left = bytes(capacity); left > 0; left -= channel.write(zeros)) {
                zeros.clear().limit((int) Math.min(left, PIECE_BYTES));
            }
            return map(channel, capacity);
        }
    }

    /// Throws PROTOCOL_VIOLATION unless the file has the size that the capacity implies.
    static RingFile open(Path file, long capacity) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() != bytes(capacity)) {
                throw new ServingException(
                        ErrorCode.PROTOCOL_VIOLATION,
                        "shared memory: expected " + bytes(capacity) + " bytes, got " + channel.size());
            }
            return map(channel, capacity);
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // the file that is returned closes it
    private static RingFile map(FileChannel channel, long capacity) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            return new RingFile(arena, channel.map(MapMode.READ_WRITE, 0, bytes(capacity), arena), capacity);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static long bytes(long capacity) {
        return 2 * (CONTROL_BYTES + capacity);
    }

    Ring toWorker() {
        return ring(0);
    }

    Ring toCaller() {
        return ring(CONTROL_BYTES + capacity);
    }

    private Ring ring(long start) {
        return new Ring(
                memory.asSlice(start, CONTROL_BYTES), memory.asSlice(start + CONTROL_BYTES, capacity), capacity);
    }

    @Override
    public void close() {
        arena.close();
    }
}
