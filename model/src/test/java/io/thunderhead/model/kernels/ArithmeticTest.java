package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.Numbers.SIZES;
import static io.thunderhead.model.kernels.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.config.ResidualFactors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Vector loops against plain ones, to the bit.
final class ArithmeticTest {
    private static final int[] ROWS = {1, 3, 4, 7, 18};

    private final Arithmetic plain = new PlainArithmetic();
    private final Arithmetic vector = new VectorArithmetic();

    @Test
    void multipliesTheSame() {
        for (int columns : SIZES) {
            for (int depth : SIZES) {
                for (int rows : ROWS) {
                    for (boolean fromZero : new boolean[] {true, false}) {
                        checkProduct(rows, columns, depth, 0, fromZero);
                    }
                }
            }
        }
    }

    @Test
    void multipliesTheSameUnderACausalMask() {
        for (int columns : SIZES) {
            for (int rows : SIZES) {
                checkProduct(Math.min(rows, 127), columns, 1, 1, false);
                checkProduct(Math.min(rows, 127), columns, 19, 1, true);
            }
        }
    }

    /// With wider rows than columns and offsets, as inside real buffers.
    private void checkProduct(int rows, int columns, int depth, int step, boolean fromZero) {
        int aStride = depth + rows * step + 3;
        int bStride = columns + 2;
        int cStride = columns + 5;
        float[] a = Numbers.extreme(4 + rows * aStride, 1);
        MemorySegment b = Numbers.offHeap(Numbers.extreme(1 + (depth + rows * step) * bStride, 2));
        float[] expected = Numbers.extreme(2 + rows * cStride, 3);
        float[] found = expected.clone();
        Product product =
                new Product().a(a, 4, aStride).b(b, Float.BYTES, bStride).causal(rows, columns, depth, step);
        plain.multiply(product.c(expected, 2, cStride, fromZero));
        vector.multiply(product.c(found, 2, cStride, fromZero));
        assertSameBits("[" + rows + ", " + depth + "] * [" + depth + ", " + columns + "]", found, expected);
    }

    /// Few rows, whole tiles, tiles with rows or panels missing; inputs of more than one piece; panels from the middle
    /// on.
    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void multipliesBlocksTheSame(WeightFormat format) {
        for (int outSize : new int[] {1, 7, 32, 63, 127, 200}) {
            for (int inSize : new int[] {1, 3, 31, 256, 300, 1000}) {
                PackedMatrix w = weights(format, outSize, inSize);
                for (int rows : new int[] {1, 2, 3, 4, 5, 6, 7, 12, 13, 15, 16, 17, 20, 21, 40}) {
                    for (int firstPanel = 0; firstPanel <= w.panelCount(); firstPanel++) {
                        checkBlock(w, rows, new Share(firstPanel, w.panelCount()));
                    }
                }
            }
        }
    }

    private void checkBlock(PackedMatrix w, int rows, Share panels) {
        int stride = w.outSize() + 3;
        float[] x = Numbers.extreme(2 + rows * w.inSize(), 5);
        float[] expected = Numbers.random(1 + rows * stride, 6);
        float[] found = expected.clone();
        int offset = 1 + panels.first() * PackedMatrix.PANEL;
        plain.multiply(new BlockProduct().a(x, 2, rows).b(w, panels).c(expected, offset, stride));
        vector.multiply(new BlockProduct().a(x, 2, rows).b(w, panels).c(found, offset, stride));
        assertSameBits(rows + " rows, " + panels + " of " + w, found, expected);
    }

    @Test
    void refusesAProductOfWeightsThatAreNoFloats() {
        Product product = new Product().b(weights(WeightFormat.INT8, 32, 3), 0).size(1, 32, 3);
        assertThatThrownBy(() -> vector.multiply(product)).hasMessageContaining("INT8");
    }

    @Test
    void multipliesCloseToDoublePrecision() {
        int depth = 1000;
        float[] a = Numbers.random(depth, 5);
        float[] b = Numbers.random(depth, 6);
        double exact = 0;
        for (int k = 0; k < depth; k++) {
            exact += (double) a[k] * b[k];
        }
        float[] c = new float[1];
        plain.multiply(new Product()
                .a(a, 0, depth)
                .b(Numbers.offHeap(b), 0, 1)
                .c(c, 0, 1, true)
                .size(1, 1, depth));
        assertThat((double) c[0]).isCloseTo(exact, within(1e-4));
    }

    @Test
    void recursTheSame() {
        for (int headDim : new int[] {1, 3, 7, 31, 64, 127, 128, 200}) {
            float[] qkv = Numbers.extreme(3 * headDim + 2, 7);
            float[] state = Numbers.extreme(headDim * headDim + 1, 8);
            MemorySegment expectedState = Numbers.offHeap(state);
            MemorySegment foundState = Numbers.offHeap(state);
            float[] expected = new float[headDim + 1];
            float[] found = new float[headDim + 1];
            plain.recur(new Recurrence()
                    .token(qkv, 2, headDim)
                    .state(expectedState, Float.BYTES, 0.9f)
                    .out(expected, 1));
            vector.recur(new Recurrence()
                    .token(qkv, 2, headDim)
                    .state(foundState, Float.BYTES, 0.9f)
                    .out(found, 1));
            assertSameBits("out of " + headDim, found, expected);
            assertSameBits(
                    "state of " + headDim,
                    foundState.toArray(ValueLayout.JAVA_FLOAT),
                    expectedState.toArray(ValueLayout.JAVA_FLOAT));
        }
    }

    @Test
    void reducesTheSame() {
        float[] partial = new float[Arithmetic.PARTIAL_SUMS];
        for (int count : SIZES) {
            float[] x = Numbers.extreme(count + 1, 9);
            float[] y = Numbers.random(count + 1, 9);
            assertThat(vector.max(x, 1, count)).isEqualTo(plain.max(x, 1, count));
            assertThat(vector.sumOfSquares(x, 1, count, partial)).isEqualTo(plain.sumOfSquares(x, 1, count, partial));
            assertThat(vector.sumOfSquares(y, 1, count, partial)).isEqualTo(plain.sumOfSquares(y, 1, count, partial));
        }
    }

    @Test
    void exponentiatesTheSame() {
        float[] partial = new float[Arithmetic.PARTIAL_SUMS];
        for (int count : SIZES) {
            float[] expected = Numbers.extreme(count + 1, 10);
            float[] found = expected.clone();
            float expectedSum = plain.expAndSum(expected, 1, count, 2.5f, partial);
            float foundSum = vector.expAndSum(found, 1, count, 2.5f, partial);
            assertSameBits("powers of " + count, found, expected);
            assertThat(foundSum).isEqualTo(expectedSum);
        }
    }

    /// Sums of extremes are 0 or infinite in any order; these are not.
    @Test
    void addsModeratePowersInTheSameOrder() {
        float[] partial = new float[Arithmetic.PARTIAL_SUMS];
        for (int count : SIZES) {
            float[] x = Numbers.random(count + 1, 13);
            float expected = plain.expAndSum(x.clone(), 1, count, 2.5f, partial);
            float found = vector.expAndSum(x, 1, count, 2.5f, partial);
            assertThat(found).isEqualTo(expected).isFinite().isPositive();
        }
    }

    @Test
    void gatesTheSame() {
        for (int count : SIZES) {
            float[] expected = Numbers.extreme(count + 1, 11);
            float[] found = expected.clone();
            float[] gate = Numbers.extreme(count + 3, 12);
            plain.gate(expected, gate, 1, count);
            vector.gate(found, gate, 1, count);
            assertSameBits("gated " + count, found, expected);
            plain.gate(expected, expected, 1, count);
            vector.gate(found, found, 1, count);
            assertSameBits("silu " + count, found, expected);
        }
    }

    @Test
    void worksElementByElementTheSame() {
        ResidualFactors factors = new ResidualFactors(3.5f, 0.7f);
        for (int count : SIZES) {
            float[] x = Numbers.extreme(count + 1, 14);
            float[] factorsOfX = Numbers.extreme(count + 2, 15);
            float[] weights = Numbers.random(count, 16);
            float[] expected = x.clone();
            float[] found = x.clone();
            plain.multiply(expected, 1, factorsOfX, 2, count);
            vector.multiply(found, 1, factorsOfX, 2, count);
            assertSameBits("product " + count, found, expected);
            plain.scaleAndWeigh(x, 0.3f, weights, expected, 1);
            vector.scaleAndWeigh(x, 0.3f, weights, found, 1);
            assertSameBits("weighed " + count, found, expected);
            plain.addResidual(factors, x, factorsOfX, expected, 1, count);
            vector.addResidual(factors, x, factorsOfX, found, 1, count);
            assertSameBits("residual " + count, found, expected);
        }
    }

    @Test
    void keepsNotANumberVisible() {
        for (Arithmetic arithmetic : new Arithmetic[] {plain, vector}) {
            float[] x = new float[40];
            Arrays.fill(x, Float.NaN);
            arithmetic.gate(x, x, 0, x.length);
            assertThat(x).containsOnly(Float.NaN);
        }
    }

    private static PackedMatrix weights(WeightFormat format, int outSize, int inSize) {
        try (Kernels kernels = KernelSelection.choose("plain", 1).kernels()) {
            return switch (format) {
                case F32 -> kernels.pack(Numbers.matrix(DType.F32, outSize, inSize), Arena.ofAuto());
                case BF16 -> kernels.pack(Numbers.matrix(DType.BF16, outSize, inSize), Arena.ofAuto());
                case INT8 -> kernels.quantize(Numbers.matrix(DType.F32, outSize, inSize), Arena.ofAuto());
            };
        }
    }
}
