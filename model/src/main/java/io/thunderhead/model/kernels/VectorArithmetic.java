package io.thunderhead.model.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The Vector API twin. Lanes run across outputs, so that each output is the same chain as in [PlainArithmetic]; any
/// width that divides 16 lanes gives the same bits.
final class VectorArithmetic implements Arithmetic {
    /// A static constant, for the compiler; the machine's widest, e.g. 8 lanes under AVX2.
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    static final int LANES = FLOATS.length();
    static final long VECTOR_BYTES = (long) LANES * Float.BYTES;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static boolean supported() {
        return PARTIAL_SUMS % LANES == 0 && LANES > 1;
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
    public void recur(Recurrence r) {
        int column = 0;
        for (; column + 4 * LANES <= r.headDim; column += 4 * LANES) {
            recurWide(r, column);
        }
        for (; column + LANES <= r.headDim; column += LANES) {
            recurVector(r, column);
        }
        for (; column < r.headDim; column++) {
            r.column(column);
        }
    }

    /// Four vectors of columns at a time, so that a row of the state is read in long runs.
    private static void recurWide(Recurrence r, int column) {
        float[] qkv = r.qkv;
        MemorySegment state = r.state;
        int values = r.value(column);
        FloatVector v0 = FloatVector.fromArray(FLOATS, qkv, values);
        FloatVector v1 = FloatVector.fromArray(FLOATS, qkv, values + LANES);
        FloatVector v2 = FloatVector.fromArray(FLOATS, qkv, values + 2 * LANES);
        FloatVector v3 = FloatVector.fromArray(FLOATS, qkv, values + 3 * LANES);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (int row = 0; row < r.headDim; row++) {
            long at = r.stateAt(row, column);
            FloatVector key = FloatVector.broadcast(FLOATS, qkv[r.key(row)]);
            FloatVector query = FloatVector.broadcast(FLOATS, qkv[r.query(row)]);
            FloatVector s0 = updated(state, at, r.decay, key, v0);
            FloatVector s1 = updated(state, at + VECTOR_BYTES, r.decay, key, v1);
            FloatVector s2 = updated(state, at + 2 * VECTOR_BYTES, r.decay, key, v2);
            FloatVector s3 = updated(state, at + 3 * VECTOR_BYTES, r.decay, key, v3);
            sum0 = query.fma(s0, sum0);
            sum1 = query.fma(s1, sum1);
            sum2 = query.fma(s2, sum2);
            sum3 = query.fma(s3, sum3);
        }
        sum0.intoArray(r.out, r.outOffset + column);
        sum1.intoArray(r.out, r.outOffset + column + LANES);
        sum2.intoArray(r.out, r.outOffset + column + 2 * LANES);
        sum3.intoArray(r.out, r.outOffset + column + 3 * LANES);
    }

    private static void recurVector(Recurrence r, int column) {
        FloatVector values = FloatVector.fromArray(FLOATS, r.qkv, r.value(column));
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int row = 0; row < r.headDim; row++) {
            FloatVector key = FloatVector.broadcast(FLOATS, r.qkv[r.key(row)]);
            FloatVector s = updated(r.state, r.stateAt(row, column), r.decay, key, values);
            sum = FloatVector.broadcast(FLOATS, r.qkv[r.query(row)]).fma(s, sum);
        }
        sum.intoArray(r.out, r.outOffset + column);
    }

    private static FloatVector updated(MemorySegment state, long at, float decay, FloatVector key, FloatVector values) {
        FloatVector s = key.fma(
                values, FloatVector.fromMemorySegment(FLOATS, state, at, ORDER).mul(decay));
        s.intoMemorySegment(state, at, ORDER);
        return s;
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
                FloatVector powers =
                        exp(FloatVector.fromArray(FLOATS, x, offset + i).sub(shift));
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
            values.div(exp(gates.neg()).add(1)).intoArray(x, i);
        }
        for (; i < end; i++) {
            x[i] = x[i] / (1 + Exponential.exp(-gate[i]));
        }
    }

    /// [Exponential#exp], lane by lane.
    private static FloatVector exp(FloatVector x) {
        FloatVector rounder = FloatVector.broadcast(FLOATS, Exponential.ROUNDER);
        FloatVector rounded = x.fma(FloatVector.broadcast(FLOATS, Exponential.LOG2_E), rounder);
        FloatVector n = rounded.sub(rounder);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_LOW), r);
        FloatVector p =
                r.fma(FloatVector.broadcast(FLOATS, Exponential.C7), FloatVector.broadcast(FLOATS, Exponential.C6));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C5));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C4));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C3));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C2));
        p = p.fma(r.mul(r), r).add(1);
        FloatVector powerOfTwo = rounded.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, Exponential.MANTISSA_BITS)
                .add(Exponential.ONE_BITS)
                .reinterpretAsFloats();
        VectorMask<Float> tooSmall = x.compare(VectorOperators.LT, Exponential.MIN);
        VectorMask<Float> tooLarge = x.compare(VectorOperators.GT, Exponential.MAX);
        return p.mul(powerOfTwo).blend(0, tooSmall).blend(Float.POSITIVE_INFINITY, tooLarge);
    }
}
