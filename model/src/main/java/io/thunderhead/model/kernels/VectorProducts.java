package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.INTS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.ORDER;
import static io.thunderhead.model.kernels.VectorArithmetic.VECTOR_BYTES;
import static io.thunderhead.model.kernels.VectorPieces.high;
import static io.thunderhead.model.kernels.VectorPieces.low;
import static io.thunderhead.model.kernels.VectorPieces.start;
import static io.thunderhead.model.kernels.VectorPieces.store;
import static io.thunderhead.model.kernels.VectorPieces.storePairs;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// [Product]s with lanes across the columns. Measured on one 3.5 GHz Zen 4 core with AVX-512: 104 GFLOP/s for four rows
/// or more (93 % of what its fma units can do), and 56 GB/s of bf16 weights from cache for one row, where an fma's
/// latency is the limit; from memory the memory is.
final class VectorProducts {
    /// Rows that share a load of B: with two vectors of B eight chains are under way, enough to hide an fma's latency
    /// on two ports, and all fit the 16 registers of AVX2.
    private static final int TILE_ROWS = 4;

    private VectorProducts() {}

    static void multiply(Product p) {
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

    /// One bf16 panel: each vector of pairs gives the outputs `lane` and `lane + 16`. The last panel of a matrix
    /// may be narrower; it goes through a buffer, so that the loops need no masks. With masks they outgrew what
    /// the compiler inlines, and vectors became objects.
    private static void multiplyPairs(Product p) {
        if (p.columns == PackedMatrix.PANEL) {
            multiplyPairs(p, p.c, p.cOffset, p.cStride);
        } else {
            float[] whole = p.wholeRows();
            multiplyPairs(p, whole, 0, PackedMatrix.PANEL);
            for (int row = 0; row < p.rows; row++) {
                System.arraycopy(whole, row * PackedMatrix.PANEL, p.c, p.cRow(row), p.columns);
            }
        }
    }

    private static void multiplyPairs(Product p, float[] c, int cOffset, int cStride) {
        for (int lane = 0; lane < PackedMatrix.HALF_PANEL; lane += LANES) {
            int row = 0;
            for (; row + TILE_ROWS <= p.rows; row += TILE_ROWS) {
                pairsTile(p, row, lane, c, cOffset + row * cStride + lane, cStride);
            }
            for (; row < p.rows; row++) {
                pairsStrip(p, row, lane, c, cOffset + row * cStride + lane);
            }
        }
    }

    private static void pairsTile(Product p, int row, int lane, float[] c, int cOffset, int cStride) {
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
        int depth = p.depth;
        long at = p.bOffsetBytes + (long) lane * Integer.BYTES;
        for (int k = 0; k < depth; k++) {
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
        storePairs(low0, high0, c, cOffset);
        storePairs(low1, high1, c, cOffset + cStride);
        storePairs(low2, high2, c, cOffset + 2 * cStride);
        storePairs(low3, high3, c, cOffset + 3 * cStride);
    }

    private static void pairsStrip(Product p, int row, int lane, float[] c, int cOffset) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int from = p.aRow(row);
        FloatVector low = FloatVector.zero(FLOATS);
        FloatVector high = low;
        int depth = p.depth;
        long at = p.bOffsetBytes + (long) lane * Integer.BYTES;
        for (int k = 0; k < depth; k++) {
            IntVector pairs = IntVector.fromMemorySegment(INTS, b, at, ORDER);
            FloatVector x = FloatVector.broadcast(FLOATS, a[from + k]);
            low = x.fma(low(pairs), low);
            high = x.fma(high(pairs), high);
            at += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
        storePairs(low, high, c, cOffset);
    }
}
