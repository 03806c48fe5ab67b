package io.thunderhead.model.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.testing.TestKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantizingTest {
    @ParameterizedTest
    @EnumSource(DType.class)
    void staysWithinHalfAScaleOfEveryWeight(DType dtype) {
        for (int outSize : new int[] {1, 31, 32, 33, 127}) {
            for (int inSize : Numbers.SIZES) {
                StoredTensor stored = Numbers.matrix(dtype, outSize, inSize);
                PackedMatrix matrix = quantize(stored, TestKernels.PLAIN_THREADS);
                float[] exact = StoredFloats.read(stored);
                for (int i = 0; i < exact.length; i++) {
                    int out = i / inSize;
                    double found = (double) matrix.get(out, i % inSize) * matrix.scale(out);
                    assertThat(Math.abs(found - exact[i])).isLessThanOrEqualTo(matrix.scale(out) * 0.50001);
                }
            }
        }
    }

    @Test
    void giveEachRowItsOwnScale() {
        PackedMatrix matrix = quantize(floats(3, 4, 254, -127, 1, 3, 0, 0, 0, 0, -1e-3f, 5e-4f, 0, 1e-3f));

        assertThat(matrix.scale(0)).isEqualTo(2);
        assertThat(row(matrix, 0)).containsExactly(127, -64, 0, 2); // halves to the even one
        assertThat(matrix.scale(1)).isEqualTo(1);
        assertThat(row(matrix, 1)).containsOnly(0);
        assertThat(matrix.scale(2)).isEqualTo(1e-3f / 127);
        assertThat(row(matrix, 2)).containsExactly(-127, 64, 0, 127);
    }

    /// The scale of a row of the smallest numbers is rounded, maybe to 0.
    @Test
    void keepsIntegersInRangeWhereScalesLoseTheirBits() {
        PackedMatrix matrix =
                quantize(floats(2, 2, Float.MIN_VALUE, -Float.MIN_VALUE, 70 * Float.MIN_VALUE, -100 * Float.MIN_VALUE));

        assertThat(row(matrix, 0)).containsExactly(127, -127);
        assertThat(row(matrix, 1)).containsExactly(70, -100);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesWeightsThatAreNotFinite(float weight) {
        assertThatThrownBy(() -> quantize(floats(2, 2, 0, 1, 2, weight)))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID))
                .hasMessageContainingAll("weights", "row 1");
    }

    private static float[] row(PackedMatrix matrix, int out) {
        float[] row = new float[matrix.inSize()];
        for (int in = 0; in < row.length; in++) {
            row[in] = matrix.get(out, in);
        }
        return row;
    }

    private static StoredTensor floats(int outSize, int inSize, float... values) {
        MemorySegment data = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
        return new StoredTensor("weights", DType.F32, List.of(outSize, inSize), data, "test");
    }

    private static PackedMatrix quantize(StoredTensor stored) {
        return quantize(stored, TestKernels.PLAIN);
    }

    private static PackedMatrix quantize(StoredTensor stored, TestKernels chosen) {
        try (Kernels kernels = chosen.open()) {
            return kernels.quantize(stored, Arena.ofAuto());
        }
    }
}
