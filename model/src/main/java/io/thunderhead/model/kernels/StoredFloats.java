package io.thunderhead.model.kernels;

import io.thunderhead.model.checkpoint.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads stored weights, widened to float32 without loss. The data may be unaligned.
public final class StoredFloats {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private StoredFloats() {}

    /// The whole tensor.
    public static float[] read(StoredTensor tensor) {
        float[] floats = new float[Math.toIntExact(tensor.elementCount())];
        read(tensor, 0, floats.length, floats, 0);
        return floats;
    }

    /// Elements `[first, first + count)` of the flattened tensor to `out` from `offset`.
    public static void read(StoredTensor tensor, long first, int count, float[] out, int offset) {
        MemorySegment data = tensor.data();
        switch (tensor.dtype()) {
            case F32 -> MemorySegment.copy(data, FLOAT, first * Float.BYTES, out, offset, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out[offset + i] = Float.intBitsToFloat(data.get(SHORT, (first + i) * Short.BYTES) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out[offset + i] = Float.float16ToFloat(data.get(SHORT, (first + i) * Short.BYTES));
                }
            }
        }
    }
}
