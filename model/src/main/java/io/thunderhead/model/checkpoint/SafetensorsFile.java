package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.CheckpointProblem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/// One safetensors file: header read and checked, data mapped read-only and not touched. The arena's owner unmaps it.
public final class SafetensorsFile {
    /// The format's own limit, so that a damaged length does not become a huge allocation.
    private static final long HEADER_BYTES_MAX = 100_000_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final Map<String, Entry> entries;
    private final MemorySegment data;

    private SafetensorsFile(String name, Map<String, Entry> entries, MemorySegment data) {
        this.name = name;
        this.entries = entries;
        this.data = data;
    }

    /// A tensor as the header states it.
    ///
    /// @param dtype the format's name, e.g. `BF16`
    /// @param offset of its first byte in the data section
    public record Entry(String name, String dtype, List<Integer> shape, long offset, long byteCount) {
        public Entry {
            shape = List.copyOf(shape);
        }
    }

    /// Throws CHECKPOINT_INVALID, naming what was expected and found, if the file is damaged or cannot be read.
    public static SafetensorsFile open(Path path, Arena arena) {
        String name = String.valueOf(path.getFileName());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < Long.BYTES) {
                throw new CheckpointProblem(name, "length", "at least 8 bytes", size + " bytes").asException();
            }
            return of(name, channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena));
        } catch (IOException e) {
            throw new CheckpointProblem(name, "file", "a readable file", e.toString()).causedBy(e);
        }
    }

    private static SafetensorsFile of(String name, MemorySegment file) {
        long headerBytes = file.get(LENGTH, 0);
        long headerBytesMax = Math.min(HEADER_BYTES_MAX, file.byteSize() - Long.BYTES);
        if (headerBytes < 0 || headerBytes > headerBytesMax) {
            throw new CheckpointProblem(name, "header length", "at most " + headerBytesMax + " bytes", headerBytes + "")
                    .asException();
        }
        byte[] header = file.asSlice(Long.BYTES, headerBytes).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment data = file.asSlice(Long.BYTES + headerBytes);
        return new SafetensorsFile(name, SafetensorsHeader.parse(name, header, data.byteSize()), data);
    }

    public String name() {
        return name;
    }

    /// By name, in the header's order.
    public Map<String, Entry> entries() {
        return entries;
    }

    /// The stored bytes of one entry of this file, read-only.
    public MemorySegment bytes(Entry entry) {
        return data.asSlice(entry.offset(), entry.byteCount());
    }
}
