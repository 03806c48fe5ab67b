package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.INTS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.ORDER;
import static io.thunderhead.model.kernels.VectorArithmetic.VECTOR_BYTES;
import static io.thunderhead.model.kernels.VectorPieces.bytes;
import static io.thunderhead.model.kernels.VectorPieces.high;
import static io.thunderhead.model.kernels.VectorPieces.low;
import static io.thunderhead.model.kernels.VectorPieces.nextBytes;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The inner loops of [VectorPanels]; as in [FloatTiles] each is compiled by itself.
final class PanelTiles {
    private PanelTiles() {}

    static void widenPairs(MemorySegment pairs, long first, int depth, MemorySegment widened) {
        for (int k = 0; k < depth; k++) {
            long from = first + (long) k * PackedMatrix.HALF_PANEL * Integer.BYTES;
            long to = (long) k * PackedMatrix.PANEL * Float.BYTES;
            for (int lane = 0; lane < PackedMatrix.HALF_PANEL; lane += LANES) {
                IntVector two = IntVector.fromMemorySegment(INTS, pairs, from + (long) lane * Integer.BYTES, ORDER);
                long at = to + (long) lane * Float.BYTES;
                low(two).intoMemorySegment(widened, at, ORDER);
                high(two).intoMemorySegment(widened, at + PackedMatrix.HALF_PANEL * Float.BYTES, ORDER);
            }
        }
    }

    static void widenBytes(MemorySegment bytes, long first, int depth, MemorySegment widened) {
        for (int k = 0; k < depth; k++) {
            long from = first + (long) k * PackedMatrix.PANEL;
            long to = (long) k * PackedMatrix.PANEL * Float.BYTES;
            for (int lane = 0; lane < PackedMatrix.PANEL; lane += 2 * LANES) {
                long at = to + (long) lane * Float.BYTES;
                bytes(bytes, from + lane).intoMemorySegment(widened, at, ORDER);
                nextBytes(bytes, from + lane).intoMemorySegment(widened, at + VECTOR_BYTES, ORDER);
            }
        }
    }

    static void pairsTile(Product p, int row, int lane, float[] c, int cOffset, int cStride) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int r0 = row;
        int r1 = Math.min(row + 1, p.rows - 1);
        int r2 = Math.min(row + 2, p.rows - 1);
        int r3 = Math.min(row + 3, p.rows - 1);
        int a0 = p.aRow(r0);
        int a1 = p.aRow(r1);
        int a2 = p.aRow(r2);
        int a3 = p.aRow(r3);
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        int depth = p.depth;
        long at = p.bOffsetBytes + (long) lane * Integer.BYTES;
        for (int k = 0; k < depth; k++) {
            IntVector pairs = IntVector.fromMemorySegment(INTS, b, at, ORDER);
            FloatVector b0 = low(pairs);
            FloatVector b1 = high(pairs);
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
            at += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
        c00.intoArray(c, cOffset + r0 * cStride);
        c01.intoArray(c, cOffset + r0 * cStride + PackedMatrix.HALF_PANEL);
        c10.intoArray(c, cOffset + r1 * cStride);
        c11.intoArray(c, cOffset + r1 * cStride + PackedMatrix.HALF_PANEL);
        c20.intoArray(c, cOffset + r2 * cStride);
        c21.intoArray(c, cOffset + r2 * cStride + PackedMatrix.HALF_PANEL);
        c30.intoArray(c, cOffset + r3 * cStride);
        c31.intoArray(c, cOffset + r3 * cStride + PackedMatrix.HALF_PANEL);
    }

    static void pairsStrip(Product p, int row, int lane, float[] c, int cOffset) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int from = p.aRow(row);
        FloatVector c0 = FloatVector.zero(FLOATS);
        FloatVector c1 = c0;
        int depth = p.depth;
        long at = p.bOffsetBytes + (long) lane * Integer.BYTES;
        for (int k = 0; k < depth; k++) {
            IntVector pairs = IntVector.fromMemorySegment(INTS, b, at, ORDER);
            FloatVector b0 = low(pairs);
            FloatVector b1 = high(pairs);
            FloatVector x = FloatVector.broadcast(FLOATS, a[from + k]);
            c0 = x.fma(b0, c0);
            c1 = x.fma(b1, c1);
            at += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
        c0.intoArray(c, cOffset);
        c1.intoArray(c, cOffset + PackedMatrix.HALF_PANEL);
    }

    static void bytesTile(Product p, int row, int lane, float[] c, int cOffset, int cStride) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int r0 = row;
        int r1 = Math.min(row + 1, p.rows - 1);
        int r2 = Math.min(row + 2, p.rows - 1);
        int r3 = Math.min(row + 3, p.rows - 1);
        int a0 = p.aRow(r0);
        int a1 = p.aRow(r1);
        int a2 = p.aRow(r2);
        int a3 = p.aRow(r3);
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        int depth = p.depth;
        long at = p.bOffsetBytes + lane;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = bytes(b, at);
            FloatVector b1 = nextBytes(b, at);
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
            at += PackedMatrix.PANEL;
        }
        c00.intoArray(c, cOffset + r0 * cStride);
        c01.intoArray(c, cOffset + r0 * cStride + LANES);
        c10.intoArray(c, cOffset + r1 * cStride);
        c11.intoArray(c, cOffset + r1 * cStride + LANES);
        c20.intoArray(c, cOffset + r2 * cStride);
        c21.intoArray(c, cOffset + r2 * cStride + LANES);
        c30.intoArray(c, cOffset + r3 * cStride);
        c31.intoArray(c, cOffset + r3 * cStride + LANES);
    }

    static void bytesStrip(Product p, int row, int lane, float[] c, int cOffset) {
        float[] a = p.a;
        MemorySegment b = p.b;
        int from = p.aRow(row);
        FloatVector c0 = FloatVector.zero(FLOATS);
        FloatVector c1 = c0;
        int depth = p.depth;
        long at = p.bOffsetBytes + lane;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = bytes(b, at);
            FloatVector b1 = nextBytes(b, at);
            FloatVector x = FloatVector.broadcast(FLOATS, a[from + k]);
            c0 = x.fma(b0, c0);
            c1 = x.fma(b1, c1);
            at += PackedMatrix.PANEL;
        }
        c0.intoArray(c, cOffset);
        c1.intoArray(c, cOffset + LANES);
    }
}
