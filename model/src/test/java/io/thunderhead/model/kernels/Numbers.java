package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.testing.RandomTensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/// Random and extreme numbers for the tests of this package, and comparison to the bit.
final class Numbers {
    static final int[] SIZES = {1, 3, 7, 31, 64, 127, 1000};
    private static final float[] EXTREMES = {
        0, -0f, 1, -1, Float.MIN_VALUE, -Float.MIN_NORMAL, 1e-30f, -1e30f, 3e38f, 88.5f, -88.5f, 1e5f, -1e5f
    };

    private Numbers() {}

    static float[] random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /// Random ones, every fifth extreme.
    static float[] extreme(int count, long seed) {
        float[] values = random(count, seed);
        for (int i = 0; i < count; i += 5) {
            values[i] = EXTREMES[i / 5 % EXTREMES.length];
        }
        return values;
    }

    static MemorySegment offHeap(float[] values) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
    }

    static StoredTensor matrix(DType dtype, int outSize, int inSize) {
        return new RandomTensors(outSize * 31L + inSize, dtype).tensor("matrix", outSize, inSize);
    }

    /// The same bits; any NaN equals any other.
    static void assertSameBits(String what, float[] found, float[] expected) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(found[i]) != Float.floatToIntBits(expected[i])) {
                assertThat(Float.toHexString(found[i]))
                        .as(what + "[" + i + "]")
                        .isEqualTo(Float.toHexString(expected[i]));
            }
        }
    }
}
