package io.thunderhead.model.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The Vector API twin. Lanes run across outputs, so that each output is the same chain as in [PlainArithmetic]; any
/// width that divides 16 lanes gives the same bits.
final class VectorArithmetic implements Arithmetic {
    /// A static constant, for the compiler; the machine's widest, e.g. 8 lanes under AVX2.
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final int LANES = FLOATS.length();
    private static final int VECTOR_BYTES = LANES * Float.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /// Rows that share a load of B: with two vectors of B eight chains are under way, enough to hide an fma's latency
    /// on two ports, and all fit the 16 registers of AVX2.
    private static final int TILE_ROWS = 4;

    static boolean supported() {
        return PARTIAL_SUMS % LANES == 0 && LANES > 1;
    }

    @Override
    public String description() {
        return "vectors of " + FLOATS.vectorBitSize() + " bits";
    }

    @Override
    public void multiply(Product p) {
        if (p.bPairs) {
            multiplyPairs(p);
        } else {
            multiplyFloats(p);
        }
    }

    private static void multiplyFloats(Product p) {
        int column = 0;
        for (; column + 2 * LANES <= p.columns; column += 2 * LANES) {
            int row = 0;
            for (; row + TILE_ROWS <= p.rows; row += TILE_ROWS) {
                tile(p, row, column);
            }
            for (; row < p.rows; row++) {
                strip(p, row, column, p.fromZero, 0);
                strip(p, row, column + LANES, p.fromZero, 0);
            }
        }
        for (; column + LANES <= p.columns; column += LANES) {
            for (int row = 0; row < p.rows; row++) {
                strip(p, row, column, p.fromZero, 0);
            }
        }
        for (; column < p.columns; column++) {
            for (int row = 0; row < p.rows; row++) {
                p.element(row, column);
            }
        }
    }

    /// Four rows by two vectors, to the depth of the first row; deeper rows then go on alone.
    private static void tile(Product p, int row, int column) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int depth = p.depthOf(row);
        int a0 = p.aRow(row);
        int a1 = p.aRow(row + 1);
        int a2 = p.aRow(row + 2);
        int a3 = p.aRow(row + 3);
        FloatVector c00 = start(p, row, column);
        FloatVector c01 = start(p, row, column + LANES);
        FloatVector c10 = start(p, row + 1, column);
        FloatVector c11 = start(p, row + 1, column + LANES);
        FloatVector c20 = start(p, row + 2, column);
        FloatVector c21 = start(p, row + 2, column + LANES);
        FloatVector c30 = start(p, row + 3, column);
        FloatVector c31 = start(p, row + 3, column + LANES);
        long at = p.bOffsetBytes + (long) column * Float.BYTES;
        long step = (long) p.bStride * Float.BYTES;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, at, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, at + VECTOR_BYTES, ORDER);
            FloatVector x0 = FloatVector.broadcast(FLOATS, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a[a1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(FLOATS, a[a2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(FLOATS, a[a3 + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            at += step;
        }
        store(c00, c01, p, row, column);
        store(c10, c11, p, row + 1, column);
        store(c20, c21, p, row + 2, column);
        store(c30, c31, p, row + 3, column);
        if (p.depthStep > 0) {
            for (int deeper = row + 1; deeper < row + TILE_ROWS; deeper++) {
                strip(p, deeper, column, false, depth);
                strip(p, deeper, column + LANES, false, depth);
            }
        }
    }

    private static FloatVector start(Product p, int row, int column) {
        return p.fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, p.c, p.cRow(row) + column);
    }

    private static void store(FloatVector low, FloatVector high, Product p, int row, int column) {
        low.intoArray(p.c, p.cRow(row) + column);
        high.intoArray(p.c, p.cRow(row) + column + LANES);
    }

    /// One row by one vector, from depth `firstK` on.
    private static void strip(Product p, int row, int column, boolean fromZero, int firstK) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int from = p.aRow(row);
        int at = p.cRow(row) + column;
        int depth = p.depthOf(row);
        FloatVector sum = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, p.c, at);
        for (int k = firstK; k < depth; k++) {
            long bAt = p.bOffsetBytes + ((long) k * p.bStride + column) * Float.BYTES;
            sum = FloatVector.broadcast(FLOATS, a[from + k])
                    .fma(FloatVector.fromMemorySegment(FLOATS, b, bAt, ORDER), sum);
        }
        sum.intoArray(p.c, at);
    }

    /// One bf16 panel: each vector of pairs gives the outputs `lane` and `lane + 16`.
    private static void multiplyPairs(Product p) {
        for (int lane = 0; lane < PackedMatrix.HALF_PANEL; lane += LANES) {
            int row = 0;
            for (; row + TILE_ROWS <= p.rows; row += TILE_ROWS) {
                pairsTile(p, row, lane);
            }
            for (; row < p.rows; row++) {
                pairsStrip(p, row, lane);
            }
        }
    }

    private static void pairsTile(Product p, int row, int lane) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int a0 = p.aRow(row);
        int a1 = p.aRow(row + 1);
        int a2 = p.aRow(row + 2);
        int a3 = p.aRow(row + 3);
        FloatVector low0 = FloatVector.zero(FLOATS);
        FloatVector low1 = low0;
        FloatVector low2 = low0;
        FloatVector low3 = low0;
        FloatVector high0 = low0;
        FloatVector high1 = low0;
        FloatVector high2 = low0;
        FloatVector high3 = low0;
        long at = p.bOffsetBytes + (long) lane * Integer.BYTES;
        for (int k = 0; k < p.depth; k++) {
            IntVector pairs = IntVector.fromMemorySegment(INTS, b, at, ORDER);
            FloatVector low = low(pairs);
            FloatVector high = high(pairs);
            FloatVector x0 = FloatVector.broadcast(FLOATS, a[a0 + k]);
            low0 = x0.fma(low, low0);
            high0 = x0.fma(high, high0);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a[a1 + k]);
            low1 = x1.fma(low, low1);
            high1 = x1.fma(high, high1);
            FloatVector x2 = FloatVector.broadcast(FLOATS, a[a2 + k]);
            low2 = x2.fma(low, low2);
            high2 = x2.fma(high, high2);
            FloatVector x3 = FloatVector.broadcast(FLOATS, a[a3 + k]);
            low3 = x3.fma(low, low3);
            high3 = x3.fma(high, high3);
            at += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
        storePairs(low0, high0, p, row, lane);
        storePairs(low1, high1, p, row + 1, lane);
        storePairs(low2, high2, p, row + 2, lane);
        storePairs(low3, high3, p, row + 3, lane);
    }

    private static void pairsStrip(Product p, int row, int lane) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int from = p.aRow(row);
        FloatVector low = FloatVector.zero(FLOATS);
        FloatVector high = low;
        long at = p.bOffsetBytes + (long) lane * Integer.BYTES;
        for (int k = 0; k < p.depth; k++) {
            IntVector pairs = IntVector.fromMemorySegment(INTS, b, at, ORDER);
            FloatVector x = FloatVector.broadcast(FLOATS, a[from + k]);
            low = x.fma(low(pairs), low);
            high = x.fma(high(pairs), high);
            at += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
        storePairs(low, high, p, row, lane);
    }

    private static FloatVector low(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
    }

    private static FloatVector high(IntVector pairs) {
        return pairs.lanewise(VectorOperators.AND, 0xffff0000).reinterpretAsFloats();
    }

    private static void storePairs(FloatVector low, FloatVector high, Product p, int row, int lane) {
        store(low, p, row, lane);
        store(high, p, row, lane + PackedMatrix.HALF_PANEL);
    }

    /// Stores what exists of the panel: the last one of a matrix may be narrower.
    private static void store(FloatVector sums, Product p, int row, int column) {
        if (column + LANES <= p.columns) {
            sums.intoArray(p.c, p.cRow(row) + column);
        } else if (column < p.columns) {
            sums.intoArray(p.c, p.cRow(row) + column, FLOATS.indexInRange(column, p.columns));
        }
    }

    @Override
    public void widen(PackedMatrix weights, int panel, int firstIn, int count, MemorySegment out) {
        long panelRow = weights.panelOffset(panel) + (long) firstIn * PackedMatrix.HALF_PANEL * Integer.BYTES;
        for (int i = 0; i < count; i++) {
            long from = panelRow + (long) i * PackedMatrix.HALF_PANEL * Integer.BYTES;
            long to = (long) i * PackedMatrix.PANEL * Float.BYTES;
            for (int lane = 0; lane < PackedMatrix.HALF_PANEL; lane += LANES) {
                long laneBytes = (long) lane * Float.BYTES;
                IntVector pairs = IntVector.fromMemorySegment(INTS, weights.data(), from + laneBytes, ORDER);
                low(pairs).intoMemorySegment(out, to + laneBytes, ORDER);
                high(pairs)
                        .intoMemorySegment(out, to + laneBytes + PackedMatrix.HALF_PANEL * (long) Float.BYTES, ORDER);
            }
        }
    }

    @Override
    public void recur(
            float[] qkv,
            int offset,
            int headDim,
            float decay,
            MemorySegment state,
            long stateOffset,
            float[] out,
            int outOffset) {
        int column = 0;
        for (; column + 4 * LANES <= headDim; column += 4 * LANES) {
            recurWide(qkv, offset, headDim, decay, state, stateOffset, out, outOffset, column);
        }
        for (; column + LANES <= headDim; column += LANES) {
            recurVector(qkv, offset, headDim, decay, state, stateOffset, out, outOffset, column);
        }
        for (; column < headDim; column++) {
            PlainArithmetic.recurColumn(qkv, offset, headDim, decay, state, stateOffset, out, outOffset, column);
        }
    }

    /// Four vectors of columns at a time, so that a row of the state is read in long runs.
    private static void recurWide(
            float[] qkv,
            int offset,
            int headDim,
            float decay,
            MemorySegment state,
            long stateOffset,
            float[] out,
            int outOffset,
            int column) {
        int values = offset + 2 * headDim + column;
        FloatVector v0 = FloatVector.fromArray(FLOATS, qkv, values);
        FloatVector v1 = FloatVector.fromArray(FLOATS, qkv, values + LANES);
        FloatVector v2 = FloatVector.fromArray(FLOATS, qkv, values + 2 * LANES);
        FloatVector v3 = FloatVector.fromArray(FLOATS, qkv, values + 3 * LANES);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (int row = 0; row < headDim; row++) {
            long at = stateOffset + ((long) row * headDim + column) * Float.BYTES;
            FloatVector key = FloatVector.broadcast(FLOATS, qkv[offset + headDim + row]);
            FloatVector query = FloatVector.broadcast(FLOATS, qkv[offset + row]);
            FloatVector s0 = updated(state, at, decay, key, v0);
            FloatVector s1 = updated(state, at + VECTOR_BYTES, decay, key, v1);
            FloatVector s2 = updated(state, at + 2L * VECTOR_BYTES, decay, key, v2);
            FloatVector s3 = updated(state, at + 3L * VECTOR_BYTES, decay, key, v3);
            sum0 = query.fma(s0, sum0);
            sum1 = query.fma(s1, sum1);
            sum2 = query.fma(s2, sum2);
            sum3 = query.fma(s3, sum3);
        }
        sum0.intoArray(out, outOffset + column);
        sum1.intoArray(out, outOffset + column + LANES);
        sum2.intoArray(out, outOffset + column + 2 * LANES);
        sum3.intoArray(out, outOffset + column + 3 * LANES);
    }

    private static void recurVector(
            float[] qkv,
            int offset,
            int headDim,
            float decay,
            MemorySegment state,
            long stateOffset,
            float[] out,
            int outOffset,
            int column) {
        FloatVector values = FloatVector.fromArray(FLOATS, qkv, offset + 2 * headDim + column);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int row = 0; row < headDim; row++) {
            long at = stateOffset + ((long) row * headDim + column) * Float.BYTES;
            FloatVector key = FloatVector.broadcast(FLOATS, qkv[offset + headDim + row]);
            FloatVector s = updated(state, at, decay, key, values);
            sum = FloatVector.broadcast(FLOATS, qkv[offset + row]).fma(s, sum);
        }
        sum.intoArray(out, outOffset + column);
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
