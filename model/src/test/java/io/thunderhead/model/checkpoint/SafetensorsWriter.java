package io.thunderhead.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// Writes safetensors files for tests, right ones and, with a header of the test's own, wrong ones.
final class SafetensorsWriter {
    private final StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    SafetensorsWriter add(String name, String dtype, List<Integer> shape, byte[] bytes) {
        String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(","));
        header.append(",\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                .formatted(name, dtype, sizes, data.size(), data.size() + bytes.length));
        data.writeBytes(bytes);
        return this;
    }

    SafetensorsWriter addZeros(TensorSpec spec) {
        return add(spec.name(), "BF16", spec.shape(), new byte[Math.toIntExact(2 * spec.elementCount())]);
    }

    byte[] bytes() {
        return file(header + "}", data.toByteArray());
    }

    void write(Path path) throws IOException {
        Files.write(path, bytes());
    }

    static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }
}
