package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.Numbers.SIZES;
import static io.thunderhead.model.kernels.Numbers.assertSameBits;
import static io.thunderhead.model.kernels.Numbers.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.testing.TestKernels;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every kernel against plain loops on one thread, to the bit.
final class CpuKernelsTest {
    private static final int[] ROWS = {1, 3, 7, 31, 64, 300};

    private final Kernels reference = TestKernels.PLAIN.open();

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void multipliesRowsByWeights(TestKernels chosen) {
        try (Kernels kernels = chosen.open()) {
            for (DType dtype : DType.values()) {
                for (int outSize : SIZES) {
                    checkMatmul(kernels, dtype + " packed", kernels.pack(matrix(dtype, outSize, 127), Arena.ofAuto()));
                    checkMatmul(kernels, dtype + " packed", kernels.pack(matrix(dtype, 64, outSize), Arena.ofAuto()));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void multipliesRowsByQuantizedWeights(TestKernels chosen) {
        try (Kernels kernels = chosen.open()) {
            for (int outSize : SIZES) {
                checkMatmul(kernels, "int8", kernels.quantize(matrix(DType.BF16, outSize, 127), Arena.ofAuto()));
                checkMatmul(kernels, "int8", kernels.quantize(matrix(DType.BF16, 64, outSize), Arena.ofAuto()));
            }
        }
    }

    /// The sum over integers times the scale, so close to the sum over weights.
    @Test
    void multipliesQuantizedWeightsByTheirScales() {
        PackedMatrix w = reference.quantize(matrix(DType.F32, 33, 100), Arena.ofAuto());
        float[] x = Numbers.random(100, 8);
        float[] y = new float[33];
        reference.matmul(x, 1, w, y);
        for (int out = 0; out < 33; out++) {
            double exact = 0;
            for (int in = 0; in < 100; in++) {
                exact += (double) x[in] * w.get(out, in) * w.scale(out);
            }
            assertThat((double) y[out]).isCloseTo(exact, within(1e-5));
        }
    }

    /// Row by row with the reference, since a row must not depend on the others.
    private void checkMatmul(Kernels kernels, String what, PackedMatrix w) {
        int outSize = w.outSize();
        int inSize = w.inSize();
        float[] x = Numbers.random(300 * inSize, 1);
        float[] expected = new float[300 * outSize];
        for (int row = 0; row < 300; row++) {
            float[] y = new float[outSize];
            reference.matmul(Arrays.copyOfRange(x, row * inSize, (row + 1) * inSize), 1, w, y);
            System.arraycopy(y, 0, expected, row * outSize, outSize);
        }
        for (int rows : ROWS) {
            float[] y = new float[rows * outSize];
            kernels.matmul(x, rows, w, y);
            assertSameBits(
                    what + " [" + rows + ", " + inSize + "] to " + outSize, y, Arrays.copyOf(expected, rows * outSize));
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void multipliesInputsDeeperThanACacheBlock(TestKernels chosen) {
        try (Kernels kernels = chosen.open()) {
            checkMatmul(kernels, "bf16", kernels.pack(matrix(DType.BF16, 33, 1500), Arena.ofAuto()));
            checkMatmul(kernels, "int8", kernels.quantize(matrix(DType.BF16, 33, 1500), Arena.ofAuto()));
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void norms(TestKernels chosen) {
        try (Kernels kernels = chosen.open()) {
            for (int width : SIZES) {
                float[] x = Numbers.random(64 * width, 2);
                float[] weights = Numbers.random(width, 3);
                float[] expected = new float[x.length];
                reference.rmsNorm(x, 64, weights, 1e-5f, expected);
                kernels.rmsNorm(x, 64, weights, 1e-5f, x);
                assertSameBits("norm of " + width, x, expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void runsEveryRowOnce(TestKernels chosen) {
        try (Kernels kernels = chosen.open()) {
            for (int rows : new int[] {0, 1, 15, 16, 17, 100}) {
                int[] runs = new int[rows];
                kernels.forRows(rows, (first, end) -> {
                    for (int row = first; row < end; row++) {
                        runs[row]++;
                    }
                });
                assertThat(runs)
                        .as(rows + " rows")
                        .isEqualTo(IntStream.generate(() -> 1).limit(rows).toArray());
            }
        }
    }

    @Test
    void normsByTheFormula() {
        float[] y = new float[4];
        reference.rmsNorm(new float[] {3, -4, 0, 0}, 1, new float[] {1, 2, 1, 1}, 0, y);
        assertThat(y).containsExactly(1.2f, -3.2f, 0, 0);
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void activatesAndAdds(TestKernels chosen) {
        try (Kernels kernels = chosen.open()) {
            for (int count : new int[] {1, 31, 1000, 40_000}) {
                float[] expected = Numbers.extreme(count, 4);
                float[] found = expected.clone();
                float[] other = Numbers.extreme(count, 5);
                activateAndAdd(reference, expected, other);
                activateAndAdd(kernels, found, other);
                assertSameBits("elements " + count, found, expected);
            }
        }
    }

    private static void activateAndAdd(Kernels kernels, float[] x, float[] other) {
        kernels.silu(x, x.length);
        kernels.gate(x, other, x.length);
        kernels.addResidual(x, other, new ResidualFactors(3.5f, 0.7f), x.length, x);
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void feedsForwardEachGroupWithItsWeights(TestKernels chosen) {
        int hidden = 70;
        int intermediate = 37;
        int[] groupRows = {1, 40, 3};
        int[] firstRows = {0, 1, 41, 44};
        try (Kernels kernels = chosen.open()) {
            FeedForwardWeights[] weights = new FeedForwardWeights[groupRows.length];
            for (int group = 0; group < weights.length; group++) {
                weights[group] = new FeedForwardWeights(
                        reference.pack(matrix(DType.BF16, intermediate, hidden), Arena.ofAuto()),
                        reference.quantize(matrix(DType.F32, intermediate, hidden), Arena.ofAuto()),
                        reference.pack(matrix(DType.BF16, hidden, intermediate), Arena.ofAuto()));
            }
            float[] x = Numbers.random(44 * hidden, 6);
            float[] found = new float[x.length];
            kernels.feedForward(weights, firstRows, weights.length, x, new float[44 * intermediate], found);
            assertSameBits("feed forward", found, feedForward(weights[0], x, 44, intermediate));
        }
    }

    /// By its definition, out of whole operations.
    private float[] feedForward(FeedForwardWeights weights, float[] x, int rows, int intermediate) {
        float[] gate = new float[rows * intermediate];
        float[] up = new float[rows * intermediate];
        float[] y = new float[x.length];
        reference.matmul(x, rows, weights.gate(), gate);
        reference.matmul(x, rows, weights.up(), up);
        reference.silu(gate, gate.length);
        for (int i = 0; i < gate.length; i++) {
            gate[i] *= up[i];
        }
        reference.matmul(gate, rows, weights.down(), y);
        return y;
    }
}
