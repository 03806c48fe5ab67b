package io.thunderhead.model.testing;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.checkpoint.TensorSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Random weights of any model: the same seed, name and shape give the same numbers. Matrices have deviation
/// `1 / sqrt(in)`; vectors are norm weights around 1.
///
/// @param dtype how they are stored
public record RandomTensors(long seed, DType dtype) implements TensorSource {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public StoredTensor tensor(String name, int... expectedShape) {
        List<Integer> shape = Arrays.stream(expectedShape).boxed().toList();
        long count = shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        MemorySegment data = Arena.ofAuto().allocate(count * dtype.byteSize(), Long.BYTES);
        SplittableRandom random = new SplittableRandom(seed ^ name.hashCode());
        float deviation = shape.size() == 1 ? 0.02f : (float) (1 / Math.sqrt(shape.getLast()));
        float mean = shape.size() == 1 ? 1 : 0;
        for (long i = 0; i < count; i++) {
            store(data, i, mean + deviation * normal(random));
        }
        return new StoredTensor(name, dtype, shape, data.asReadOnly(), "random");
    }

    private void store(MemorySegment data, long index, float value) {
        switch (dtype) {
            case F32 -> data.setAtIndex(FLOAT, index, value);
            case BF16 -> data.setAtIndex(SHORT, index, (short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
            case F16 -> data.setAtIndex(SHORT, index, Float.floatToFloat16(value));
        }
    }

    /// Nearly normal, in a few nanoseconds: large models are made of it.
    private static float normal(SplittableRandom random) {
        long bits = random.nextLong();
        int sum = 0;
        for (int i = 0; i < Long.SIZE; i += Short.SIZE) {
            sum += (short) (bits >>> i);
        }
        return sum / 37_837f; // deviation of four uniform shorts added
    }
}
