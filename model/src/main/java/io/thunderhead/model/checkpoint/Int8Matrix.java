package io.thunderhead.model.checkpoint;

import java.lang.foreign.MemorySegment;

/// A quantized matrix in the layout of [Int8Tensors].
public record Int8Matrix(MemorySegment values, MemorySegment scales) {
    public long byteSize() {
        return values.byteSize() + scales.byteSize();
    }
}
