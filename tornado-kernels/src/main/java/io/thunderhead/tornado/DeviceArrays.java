package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/// Makes and fills TornadoVM's arrays.
final class DeviceArrays {
    /// What one thread copies at a time.
    private static final int PART_FLOATS = 1 << 16;

    private DeviceArrays() {}

    /// Throws CONFIG_INVALID if one array cannot be so large.
    static FloatArray zeros(String what, long size) {
        if (size > DeviceMatrices.ELEMENT_MAX) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "device: " + what + ": expected at most " + DeviceMatrices.ELEMENT_MAX + " floats, got " + size);
        }
        FloatArray zeros = new FloatArray((int) size);
        zeros.init(0);
        return zeros;
    }

    /// Vectors one behind the other.
    static FloatArray stacked(List<FloatArray> vectors) {
        return FloatArray.concat(vectors.toArray(FloatArray[]::new));
    }

    static long byteSize(List<Object> arrays) {
        return arrays.stream()
                .mapToLong(array -> ((TornadoNativeArray) array).getNumBytesOfSegmentWithHeader())
                .sum();
    }

    static void copy(float[] from, int firstFrom, int count, FloatArray to, int firstTo) {
        inParts(
                count,
                (first, part) -> MemorySegment.copy(
                        from,
                        firstFrom + first,
                        to.getSegment(),
                        ValueLayout.JAVA_FLOAT,
                        (long) (firstTo + first) * Float.BYTES,
                        part));
    }

    static void copy(FloatArray from, int count, float[] to, int firstTo) {
        inParts(
                count,
                (first, part) -> MemorySegment.copy(
                        from.getSegment(),
                        ValueLayout.JAVA_FLOAT,
                        (long) first * Float.BYTES,
                        to,
                        firstTo + first,
                        part));
    }

    static void copy(float[] from, int first, int count, MemorySegment to) {
        inParts(
                count,
                (at, part) -> MemorySegment.copy(
                        from, first + at, to, ValueLayout.JAVA_FLOAT, (long) at * Float.BYTES, part));
    }

    static void copy(MemorySegment from, int count, float[] to, int first) {
        inParts(
                count,
                (at, part) -> MemorySegment.copy(
                        from, ValueLayout.JAVA_FLOAT, (long) at * Float.BYTES, to, first + at, part));
    }

    /// One processor copies slower than a device takes; small arrays are there before another one has heard of it.
    private static void inParts(int count, Part part) {
        if (count < 2 * PART_FLOATS) {
            part.copy(0, count);
        } else {
            IntStream.range(0, Math.ceilDiv(count, PART_FLOATS))
                    .parallel()
                    .forEach(i -> part.copy(i * PART_FLOATS, Math.min(PART_FLOATS, count - i * PART_FLOATS)));
        }
    }

    @FunctionalInterface
    private interface Part {
        void copy(int first, int count);
    }

    static void copy(IntArray from, int count, int[] to) {
        MemorySegment.copy(from.getSegment(), ValueLayout.JAVA_INT, 0, to, 0, count);
    }

    static void set(IntArray array, int first, int... values) {
        for (int i = 0; i < values.length; i++) {
            array.set(first + i, values[i]);
        }
    }
}
