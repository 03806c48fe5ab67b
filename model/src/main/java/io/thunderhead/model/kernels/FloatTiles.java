package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.NativeMemory.ALL;
import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.ORDER;
import static io.thunderhead.model.kernels.VectorArithmetic.VECTOR_BYTES;
import static io.thunderhead.model.kernels.VectorPieces.start;
import static io.thunderhead.model.kernels.VectorPieces.store;

import jdk.incubator.vector.FloatVector;

/// The inner loops of [VectorProducts]: tiles of C that stay in registers. Each is compiled by itself (`jvm.flags`,
/// docs/adr/0015): two of them inlined into one caller are more than the compiler keeps in registers.
final class FloatTiles {
    private FloatTiles() {}

    /// Four rows by two vectors, to the depth of the first row.
    static void tile(Product p, int row, int column) {
        float[] a = p.a;
        int depth = p.depthOf(row);
        int r0 = row;
        int r1 = Math.min(row + 1, p.rows - 1);
        int r2 = Math.min(row + 2, p.rows - 1);
        int r3 = Math.min(row + 3, p.rows - 1);
        int a0 = p.aRow(r0);
        int a1 = p.aRow(r1);
        int a2 = p.aRow(r2);
        int a3 = p.aRow(r3);
        FloatVector c00 = start(p, r0, column);
        FloatVector c01 = start(p, r0, column + LANES);
        FloatVector c10 = start(p, r1, column);
        FloatVector c11 = start(p, r1, column + LANES);
        FloatVector c20 = start(p, r2, column);
        FloatVector c21 = start(p, r2, column + LANES);
        FloatVector c30 = start(p, r3, column);
        FloatVector c31 = start(p, r3, column + LANES);
        long at = p.bAddress() + (long) column * Float.BYTES;
        long step = (long) p.bStride * Float.BYTES;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, ALL, at, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, ALL, at + VECTOR_BYTES, ORDER);
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
        store(c00, c01, p, r0, column);
        store(c10, c11, p, r1, column);
        store(c20, c21, p, r2, column);
        store(c30, c31, p, r3, column);
    }

    /// One row by one vector, from depth `firstK` on.
    static void strip(Product p, int row, int column, boolean fromZero, int firstK) {
        float[] a = p.a;
        int from = p.aRow(row);
        int at = p.cRow(row) + column;
        int depth = p.depthOf(row);
        long b = p.bAddress() + (long) column * Float.BYTES;
        FloatVector sum = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, p.c, at);
        for (int k = firstK; k < depth; k++) {
            long bAt = b + (long) k * p.bStride * Float.BYTES;
            sum = FloatVector.broadcast(FLOATS, a[from + k])
                    .fma(FloatVector.fromMemorySegment(FLOATS, ALL, bAt, ORDER), sum);
        }
        sum.intoArray(p.c, at);
    }
}
