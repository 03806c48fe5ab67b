package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.BlockPiece.GROUP_ROWS;
import static io.thunderhead.model.kernels.NativeMemory.ALL;
import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.INTS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.ORDER;
import static io.thunderhead.model.kernels.VectorArithmetic.VECTOR_BYTES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The inner loops of [VectorBlocks]: tiles of C that stay in registers over a piece's depth. Each is compiled by
/// itself (`jvm.flags`, docs/adr/0015), and calls the Vector API without helpers between: the compiler stops inlining
/// methods that are not the JDK's own where eight rows are only half done. A tile's last rows may be missing: then it
/// computes its last row several times and writes the same numbers.
final class BlockTiles {
    private static final long CACHE_LINE = 64;

    private BlockTiles() {}

    /// The sums of so many rows times the scales of their panel.
    static void scale(float[] sums, int rows, float[] scales, float[] c, int cOffset, int cStride) {
        for (int column = 0; column < PackedMatrix.PANEL; column += LANES) {
            FloatVector scale = FloatVector.fromArray(FLOATS, scales, column);
            for (int row = 0; row < rows; row++) {
                FloatVector.fromArray(FLOATS, sums, row * PackedMatrix.PANEL + column)
                        .mul(scale)
                        .intoArray(c, cOffset + row * cStride + column);
            }
        }
    }

    /// Four rows by two vectors: eight chains, for 16 registers.
    static void four(BlockPiece p, int row, int column) {
        float[] a = p.rows;
        float[] c = p.sums;
        int aAt = p.packedAt(row);
        int c0 = row * PackedMatrix.PANEL + column;
        int c1 = c0 + PackedMatrix.PANEL;
        int c2 = c0 + 2 * PackedMatrix.PANEL;
        int c3 = c0 + 3 * PackedMatrix.PANEL;
        boolean fromZero = p.fromZero;
        FloatVector s00 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c0);
        FloatVector s01 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c0 + LANES);
        FloatVector s10 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c1);
        FloatVector s11 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c1 + LANES);
        FloatVector s20 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c2);
        FloatVector s21 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c2 + LANES);
        FloatVector s30 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c3);
        FloatVector s31 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c3 + LANES);
        int depth = p.depth;
        long at = p.inputs + (long) column * Float.BYTES;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, ALL, at, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, ALL, at + VECTOR_BYTES, ORDER);
            int x = aAt + k * GROUP_ROWS;
            FloatVector x0 = FloatVector.broadcast(FLOATS, a[x]);
            s00 = x0.fma(b0, s00);
            s01 = x0.fma(b1, s01);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a[x + 1]);
            s10 = x1.fma(b0, s10);
            s11 = x1.fma(b1, s11);
            FloatVector x2 = FloatVector.broadcast(FLOATS, a[x + 2]);
            s20 = x2.fma(b0, s20);
            s21 = x2.fma(b1, s21);
            FloatVector x3 = FloatVector.broadcast(FLOATS, a[x + 3]);
            s30 = x3.fma(b0, s30);
            s31 = x3.fma(b1, s31);
            at += PackedMatrix.PANEL * Float.BYTES;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
    }

    /// Eight rows by two vectors: sixteen chains, for 32 registers.
    static void eight(BlockPiece p, int row, int column) {
        float[] a = p.rows;
        float[] c = p.sums;
        int aAt = p.packedAt(row);
        int c0 = row * PackedMatrix.PANEL + column;
        int c1 = c0 + PackedMatrix.PANEL;
        int c2 = c0 + 2 * PackedMatrix.PANEL;
        int c3 = c0 + 3 * PackedMatrix.PANEL;
        int c4 = c0 + 4 * PackedMatrix.PANEL;
        int c5 = c0 + 5 * PackedMatrix.PANEL;
        int c6 = c0 + 6 * PackedMatrix.PANEL;
        int c7 = c0 + 7 * PackedMatrix.PANEL;
        boolean fromZero = p.fromZero;
        FloatVector s00 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c0);
        FloatVector s01 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c0 + LANES);
        FloatVector s10 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c1);
        FloatVector s11 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c1 + LANES);
        FloatVector s20 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c2);
        FloatVector s21 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c2 + LANES);
        FloatVector s30 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c3);
        FloatVector s31 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c3 + LANES);
        FloatVector s40 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c4);
        FloatVector s41 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c4 + LANES);
        FloatVector s50 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c5);
        FloatVector s51 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c5 + LANES);
        FloatVector s60 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c6);
        FloatVector s61 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c6 + LANES);
        FloatVector s70 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c7);
        FloatVector s71 = fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, c, c7 + LANES);
        int depth = p.depth;
        IntVector ahead = IntVector.zero(INTS);
        long aheadFrom = p.ahead;
        long aheadBytes = p.aheadBytes;
        long at = p.inputs + (long) column * Float.BYTES;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, ALL, at, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, ALL, at + VECTOR_BYTES, ORDER);
            int x = aAt + k * GROUP_ROWS;
            FloatVector x0 = FloatVector.broadcast(FLOATS, a[x]);
            s00 = x0.fma(b0, s00);
            s01 = x0.fma(b1, s01);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a[x + 1]);
            s10 = x1.fma(b0, s10);
            s11 = x1.fma(b1, s11);
            FloatVector x2 = FloatVector.broadcast(FLOATS, a[x + 2]);
            s20 = x2.fma(b0, s20);
            s21 = x2.fma(b1, s21);
            FloatVector x3 = FloatVector.broadcast(FLOATS, a[x + 3]);
            s30 = x3.fma(b0, s30);
            s31 = x3.fma(b1, s31);
            FloatVector x4 = FloatVector.broadcast(FLOATS, a[x + 4]);
            s40 = x4.fma(b0, s40);
            s41 = x4.fma(b1, s41);
            FloatVector x5 = FloatVector.broadcast(FLOATS, a[x + 5]);
            s50 = x5.fma(b0, s50);
            s51 = x5.fma(b1, s51);
            FloatVector x6 = FloatVector.broadcast(FLOATS, a[x + 6]);
            s60 = x6.fma(b0, s60);
            s61 = x6.fma(b1, s61);
            FloatVector x7 = FloatVector.broadcast(FLOATS, a[x + 7]);
            s70 = x7.fma(b0, s70);
            s71 = x7.fma(b1, s71);
            long aheadAt = (aheadFrom + ((k * aheadBytes) >> BlockPiece.DEPTH_BITS)) & -CACHE_LINE;
            ahead = ahead.or(IntVector.fromMemorySegment(INTS, ALL, aheadAt, ORDER));
            at += PackedMatrix.PANEL * Float.BYTES;
        }
        p.lastAhead = ahead.lane(0);
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
        s60.intoArray(c, c6);
        s61.intoArray(c, c6 + LANES);
        s70.intoArray(c, c7);
        s71.intoArray(c, c7 + LANES);
    }
}
