package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.kernels.StoredFloats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A tensor stored anew as float32.
final class Widened {
    private Widened() {}

    static StoredTensor of(StoredTensor stored) {
        MemorySegment floats = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, StoredFloats.read(stored));
        return new StoredTensor(stored.name(), DType.F32, stored.shape(), floats, stored.file());
    }
}
