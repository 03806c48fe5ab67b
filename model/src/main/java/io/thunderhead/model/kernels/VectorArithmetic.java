package io.thunderhead.model.kernels;

import io.thunderhead.model.config.ResidualFactors;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The Vector API twin. Lanes run across outputs, so that each output is the same chain as in [PlainArithmetic]; any
/// width that divides 16 lanes gives the same bits.
///
/// Its methods are where the compiler starts: `jvm.flags` keep them from being inlined into their callers, in which it
/// would run out of nodes before the innermost vectors. See docs/adr/0015.
final class VectorArithmetic implements Arithmetic {
    /// A static constant, for the compiler; the machine's widest, e.g. 8 lanes under AVX2.
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    static final int LANES = FLOATS.length();
    static final long VECTOR_BYTES = (long) LANES * Float.BYTES;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static boolean supported() {
        return PARTIAL_SUMS % LANES == 0 && LANES >= 4;
    }

    @Override
    public String description() {
        return "vectors of " + FLOATS.vectorBitSize() + " bits";
    }

    @Override
    public void multiply(Product product) {
        VectorProducts.multiply(product);
    }

    @Override
    public void multiply(BlockProduct block) {
        VectorBlocks.multiply(this, block);
    }

    @Override
    public void recur(Recurrence recurrence) {
        VectorRecurrence.recur(recurrence);
    }

    @Override
    public float sumOfSquares(float[] x, int offset, int count, float[] partial) {
        int whole = count - count % PARTIAL_SUMS;
        for (int lane = 0; lane < PARTIAL_SUMS; lane += LANES) {
            FloatVector sums = FloatVector.zero(FLOATS);
            for (int i = lane; i < whole; i += PARTIAL_SUMS) {
                FloatVector values = FloatVector.fromArray(FLOATS, x, offset + i);
                sums = values.fma(values, sums);
            }
            sums.intoArray(partial, lane);
        }
        for (int i = whole; i < count; i++) {
            partial[i - whole] = Math.fma(x[offset + i], x[offset + i], partial[i - whole]);
        }
        return Arithmetic.fold(partial);
    }

    @Override
    public float max(float[] x, int offset, int count) {
        FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            largest = largest.max(FloatVector.fromArray(FLOATS, x, offset + i));
        }
        float result = largest.reduceLanes(VectorOperators.MAX);
        for (; i < count; i++) {
            result = Math.max(result, x[offset + i]);
        }
        return result;
    }

    @Override
    public float expAndSum(float[] x, int offset, int count, float shift, float[] partial) {
        int whole = count - count % PARTIAL_SUMS;
        for (int lane = 0; lane < PARTIAL_SUMS; lane += LANES) {
            FloatVector sums = FloatVector.zero(FLOATS);
            for (int i = lane; i < whole; i += PARTIAL_SUMS) {
                FloatVector powers = VectorPieces.exp(
                        FloatVector.fromArray(FLOATS, x, offset + i).sub(shift));
                powers.intoArray(x, offset + i);
                sums = sums.add(powers);
            }
            sums.intoArray(partial, lane);
        }
        for (int i = whole; i < count; i++) {
            x[offset + i] = Exponential.exp(x[offset + i] - shift);
            partial[i - whole] += x[offset + i];
        }
        return Arithmetic.fold(partial);
    }

    @Override
    public void gate(float[] x, float[] gate, int offset, int count) {
        int end = offset + count;
        int i = offset;
        for (; i + LANES <= end; i += LANES) {
            FloatVector values = FloatVector.fromArray(FLOATS, x, i);
            FloatVector gates = FloatVector.fromArray(FLOATS, gate, i);
            values.div(VectorPieces.exp(gates.neg()).add(1)).intoArray(x, i);
        }
        for (; i < end; i++) {
            x[i] = x[i] / (1 + Exponential.exp(-gate[i]));
        }
    }

    @Override
    public void multiply(float[] x, int offset, float[] factors, int factorsOffset, int count) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            FloatVector.fromArray(FLOATS, x, offset + i)
                    .mul(FloatVector.fromArray(FLOATS, factors, factorsOffset + i))
                    .intoArray(x, offset + i);
        }
        Elementwise.multiply(x, offset, factors, factorsOffset, i, count);
    }

    @Override
    public void scaleAndWeigh(float[] x, float scale, float[] weights, float[] y, int offset) {
        int i = 0;
        for (; i + LANES <= weights.length; i += LANES) {
            FloatVector.fromArray(FLOATS, x, offset + i)
                    .mul(scale)
                    .mul(FloatVector.fromArray(FLOATS, weights, i))
                    .intoArray(y, offset + i);
        }
        Elementwise.scaleAndWeigh(x, scale, weights, y, offset, i);
    }

    @Override
    public void addResidual(
            ResidualFactors factors, float[] residual, float[] branch, float[] y, int offset, int count) {
        FloatVector alpha = FloatVector.broadcast(FLOATS, factors.alpha());
        FloatVector beta = FloatVector.broadcast(FLOATS, factors.beta());
        int end = offset + count;
        int i = offset;
        for (; i + LANES <= end; i += LANES) {
            alpha.fma(
                            FloatVector.fromArray(FLOATS, residual, i),
                            FloatVector.fromArray(FLOATS, branch, i).mul(beta))
                    .intoArray(y, i);
        }
        Elementwise.addResidual(factors, residual, branch, y, i, end);
    }
}
