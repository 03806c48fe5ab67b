package io.thunderhead.model.testing;

import io.thunderhead.model.checkpoint.SafetensorsFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/// Expected numbers by name, e.g. `p7.logits`; goldens/README.md says what each is.
public final class GoldenTensors {
    private final SafetensorsFile file;

    private GoldenTensors(SafetensorsFile file) {
        this.file = file;
    }

    static GoldenTensors open(Path path) {
        return new GoldenTensors(SafetensorsFile.open(path, Arena.ofAuto()));
    }

    public Set<String> names() {
        return file.entries().keySet();
    }

    public List<Integer> shape(String name) {
        return entry(name).shape();
    }

    /// Values of an F32 tensor, row-major.
    public float[] floats(String name) {
        SafetensorsFile.Entry entry = entry(name);
        if (!entry.dtype().equals("F32")) {
            throw new IllegalArgumentException(name + ": expected F32, got " + entry.dtype());
        }
        return file.bytes(entry).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    }

    /// Values of an I32, U8 or BOOL tensor, row-major.
    public int[] ints(String name) {
        SafetensorsFile.Entry entry = entry(name);
        MemorySegment bytes = file.bytes(entry);
        return switch (entry.dtype()) {
            case "I32" -> bytes.toArray(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
            case "U8", "BOOL" -> widened(bytes.toArray(ValueLayout.JAVA_BYTE));
            default -> throw new IllegalArgumentException(name + ": expected I32 or U8, got " + entry.dtype());
        };
    }

    private SafetensorsFile.Entry entry(String name) {
        return Optional.ofNullable(file.entries().get(name))
                .orElseThrow(() -> new NoSuchElementException(name + " is not in " + file.name()));
    }

    private static int[] widened(byte[] bytes) {
        int[] ints = new int[bytes.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return ints;
    }
}
