package io.thunderhead.model.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// One tensor of a checkpoint, still as stored: row-major, little-endian.
///
/// @param data read-only, `dtype.byteSize() * product(shape)` bytes, **not necessarily aligned** to the element size
/// @param file name of the file it lies in, for messages
public record StoredTensor(String name, DType dtype, List<Integer> shape, MemorySegment data, String file) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    public long elementCount() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }
}
