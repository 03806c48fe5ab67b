package io.thunderhead.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A new safetensors file. Its header says first where every tensor will lie; their bytes may then be written in any
/// order and by several threads.
final class SafetensorsOutput implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private static final int CACHE_LINE_BYTES = 64;

    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, SafetensorsFile.Entry> entries = new LinkedHashMap<>();

    private SafetensorsOutput(FileChannel channel, List<SafetensorsFile.Entry> entries) throws IOException {
        this.channel = channel;
        entries.forEach(entry -> this.entries.put(entry.name(), entry));
        byte[] header = header(entries);
        ByteBuffer head = ByteBuffer.allocate(Long.BYTES + header.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .flip();
        this.dataStart = head.limit();
        writeFully(head, 0);
    }

    /// Throws if the file exists.
    static SafetensorsOutput create(Path file, List<SafetensorsFile.Entry> entries) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            return new SafetensorsOutput(channel, entries);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// @param offsetBytes from the tensor's first byte
    void write(String tensor, long offsetBytes, ByteBuffer bytes) throws IOException {
        SafetensorsFile.Entry entry = entries.get(tensor);
        if (entry == null || offsetBytes < 0 || offsetBytes + bytes.remaining() > entry.byteCount()) {
            throw new IllegalArgumentException(
                    "%d bytes at %d of %s".formatted(bytes.remaining(), offsetBytes, entry == null ? tensor : entry));
        }
        writeFully(bytes, dataStart + entry.offset() + offsetBytes);
    }

    private void writeFully(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// Padded with blanks, so that the data begin with a cache line: kernels read quantized weights where they lie.
    private static byte[] header(List<SafetensorsFile.Entry> entries) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("__metadata__").put("format", "pt");
        for (SafetensorsFile.Entry entry : entries) {
            ObjectNode tensor = root.putObject(entry.name());
            tensor.put("dtype", entry.dtype());
            entry.shape().forEach(tensor.putArray("shape")::add);
            tensor.putArray("data_offsets").add(entry.offset()).add(entry.offset() + entry.byteCount());
        }
        String json = JSON.writeValueAsString(root);
        byte[] unpadded = json.getBytes(StandardCharsets.UTF_8);
        return (json + " ".repeat(-(unpadded.length + Long.BYTES) & (CACHE_LINE_BYTES - 1)))
                .getBytes(StandardCharsets.UTF_8);
    }
}
