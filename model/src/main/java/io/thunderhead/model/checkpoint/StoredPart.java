package io.thunderhead.model.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// A tensor as a file holds it, or one expert's part of a stacked one; its dtype may still be one that is not served.
record StoredPart(String file, String storedName, String dtype, List<Integer> shape, MemorySegment data) {

    static StoredPart of(SafetensorsFile file, SafetensorsFile.Entry entry) {
        return new StoredPart(file.name(), entry.name(), entry.dtype(), entry.shape(), file.bytes(entry));
    }

    long elementCount() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }

    /// Part `index` of `count` equal ones along the first dimension.
    StoredPart slice(int index, int count, List<Integer> partShape) {
        long bytes = data.byteSize() / count;
        return new StoredPart(file, storedName, dtype, partShape, data.asSlice(index * bytes, bytes));
    }
}
