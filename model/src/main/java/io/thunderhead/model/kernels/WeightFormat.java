package io.thunderhead.model.kernels;

/// How the numbers of a [PackedMatrix] stand in memory.
public enum WeightFormat {
    F32(Float.BYTES),
    BF16(Short.BYTES),
    /// Integers from -127 to 127 and a float32 scale for each output.
    INT8(Byte.BYTES);

    private final int byteSize;

    WeightFormat(int byteSize) {
        this.byteSize = byteSize;
    }

    int byteSize() {
        return byteSize;
    }
}
