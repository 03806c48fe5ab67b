package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/// Makes and fills TornadoVM's arrays.
final class DeviceArrays {
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
        long offsetBytes = (long) firstTo * Float.BYTES;
        MemorySegment.copy(from, firstFrom, to.getSegment(), ValueLayout.JAVA_FLOAT, offsetBytes, count);
    }

    static void copy(FloatArray from, int count, float[] to, int firstTo) {
        MemorySegment.copy(from.getSegment(), ValueLayout.JAVA_FLOAT, 0, to, firstTo, count);
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
