package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.NativeMemory.ALL;
import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.ORDER;
import static io.thunderhead.model.kernels.VectorArithmetic.VECTOR_BYTES;
import static io.thunderhead.model.kernels.VectorPieces.bytes;
import static io.thunderhead.model.kernels.VectorPieces.nextBytes;

import jdk.incubator.vector.FloatVector;

/// [PairTiles] of int8 weights, without their scales.
final class ByteTiles {
    private ByteTiles() {}

    static void widen(long bytes, int depth, long widened) {
        for (int k = 0; k < depth; k++) {
            long from = bytes + (long) k * PackedMatrix.PANEL;
            long to = widened + (long) k * PackedMatrix.PANEL * Float.BYTES;
            for (int lane = 0; lane < PackedMatrix.PANEL; lane += 2 * LANES) {
                long at = to + (long) lane * Float.BYTES;
                bytes(from + lane).intoMemorySegment(ALL, at, ORDER);
                nextBytes(from + lane).intoMemorySegment(ALL, at + VECTOR_BYTES, ORDER);
            }
        }
    }

    static void one(PanelTile p, int row, int panel, int lane) {
        float[] a = p.a;
        int a0 = p.aAt(row, 0);
        long w0 = p.weightsAt(panel, 0) + lane;
        long w1 = p.weightsAt(panel, 1) + lane;
        long w2 = p.weightsAt(panel, 2) + lane;
        long w3 = p.weightsAt(panel, 3) + lane;
        FloatVector s00l = FloatVector.zero(FLOATS);
        FloatVector s00h = s00l;
        FloatVector s01l = s00l;
        FloatVector s01h = s00l;
        FloatVector s02l = s00l;
        FloatVector s02h = s00l;
        FloatVector s03l = s00l;
        FloatVector s03h = s00l;
        int depth = p.depth;
        for (int k = 0; k < depth; k++) {
            FloatVector x0 = FloatVector.broadcast(FLOATS, a[a0 + k]);
            FloatVector l0 = bytes(w0);
            FloatVector h0 = nextBytes(w0);
            s00l = x0.fma(l0, s00l);
            s00h = x0.fma(h0, s00h);
            FloatVector l1 = bytes(w1);
            FloatVector h1 = nextBytes(w1);
            s01l = x0.fma(l1, s01l);
            s01h = x0.fma(h1, s01h);
            FloatVector l2 = bytes(w2);
            FloatVector h2 = nextBytes(w2);
            s02l = x0.fma(l2, s02l);
            s02h = x0.fma(h2, s02h);
            FloatVector l3 = bytes(w3);
            FloatVector h3 = nextBytes(w3);
            s03l = x0.fma(l3, s03l);
            s03h = x0.fma(h3, s03h);
            w0 += PackedMatrix.PANEL;
            w1 += PackedMatrix.PANEL;
            w2 += PackedMatrix.PANEL;
            w3 += PackedMatrix.PANEL;
        }
        float[] c = p.c;
        s00l.intoArray(c, p.cAt(row, 0, panel, 0) + lane);
        s00h.intoArray(c, p.cAt(row, 0, panel, 0) + lane + LANES);
        s01l.intoArray(c, p.cAt(row, 0, panel, 1) + lane);
        s01h.intoArray(c, p.cAt(row, 0, panel, 1) + lane + LANES);
        s02l.intoArray(c, p.cAt(row, 0, panel, 2) + lane);
        s02h.intoArray(c, p.cAt(row, 0, panel, 2) + lane + LANES);
        s03l.intoArray(c, p.cAt(row, 0, panel, 3) + lane);
        s03h.intoArray(c, p.cAt(row, 0, panel, 3) + lane + LANES);
    }

    static void two(PanelTile p, int row, int panel, int lane) {
        float[] a = p.a;
        int a0 = p.aAt(row, 0);
        int a1 = p.aAt(row, 1);
        long w0 = p.weightsAt(panel, 0) + lane;
        long w1 = p.weightsAt(panel, 1) + lane;
        FloatVector s00l = FloatVector.zero(FLOATS);
        FloatVector s00h = s00l;
        FloatVector s01l = s00l;
        FloatVector s01h = s00l;
        FloatVector s10l = s00l;
        FloatVector s10h = s00l;
        FloatVector s11l = s00l;
        FloatVector s11h = s00l;
        int depth = p.depth;
        for (int k = 0; k < depth; k++) {
            FloatVector l0 = bytes(w0);
            FloatVector h0 = nextBytes(w0);
            FloatVector l1 = bytes(w1);
            FloatVector h1 = nextBytes(w1);
            FloatVector x0 = FloatVector.broadcast(FLOATS, a[a0 + k]);
            s00l = x0.fma(l0, s00l);
            s00h = x0.fma(h0, s00h);
            s01l = x0.fma(l1, s01l);
            s01h = x0.fma(h1, s01h);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a[a1 + k]);
            s10l = x1.fma(l0, s10l);
            s10h = x1.fma(h0, s10h);
            s11l = x1.fma(l1, s11l);
            s11h = x1.fma(h1, s11h);
            w0 += PackedMatrix.PANEL;
            w1 += PackedMatrix.PANEL;
        }
        float[] c = p.c;
        s00l.intoArray(c, p.cAt(row, 0, panel, 0) + lane);
        s00h.intoArray(c, p.cAt(row, 0, panel, 0) + lane + LANES);
        s01l.intoArray(c, p.cAt(row, 0, panel, 1) + lane);
        s01h.intoArray(c, p.cAt(row, 0, panel, 1) + lane + LANES);
        s10l.intoArray(c, p.cAt(row, 1, panel, 0) + lane);
        s10h.intoArray(c, p.cAt(row, 1, panel, 0) + lane + LANES);
        s11l.intoArray(c, p.cAt(row, 1, panel, 1) + lane);
        s11h.intoArray(c, p.cAt(row, 1, panel, 1) + lane + LANES);
    }

    static void four(PanelTile p, int row, int panel, int lane) {
        float[] a = p.a;
        int a0 = p.aAt(row, 0);
        int a1 = p.aAt(row, 1);
        int a2 = p.aAt(row, 2);
        int a3 = p.aAt(row, 3);
        long w0 = p.weightsAt(panel, 0) + lane;
        long w1 = p.weightsAt(panel, 1) + lane;
        FloatVector s00l = FloatVector.zero(FLOATS);
        FloatVector s00h = s00l;
        FloatVector s01l = s00l;
        FloatVector s01h = s00l;
        FloatVector s10l = s00l;
        FloatVector s10h = s00l;
        FloatVector s11l = s00l;
        FloatVector s11h = s00l;
        FloatVector s20l = s00l;
        FloatVector s20h = s00l;
        FloatVector s21l = s00l;
        FloatVector s21h = s00l;
        FloatVector s30l = s00l;
        FloatVector s30h = s00l;
        FloatVector s31l = s00l;
        FloatVector s31h = s00l;
        int depth = p.depth;
        for (int k = 0; k < depth; k++) {
            FloatVector l0 = bytes(w0);
            FloatVector h0 = nextBytes(w0);
            FloatVector l1 = bytes(w1);
            FloatVector h1 = nextBytes(w1);
            FloatVector x0 = FloatVector.broadcast(FLOATS, a[a0 + k]);
            s00l = x0.fma(l0, s00l);
            s00h = x0.fma(h0, s00h);
            s01l = x0.fma(l1, s01l);
            s01h = x0.fma(h1, s01h);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a[a1 + k]);
            s10l = x1.fma(l0, s10l);
            s10h = x1.fma(h0, s10h);
            s11l = x1.fma(l1, s11l);
            s11h = x1.fma(h1, s11h);
            FloatVector x2 = FloatVector.broadcast(FLOATS, a[a2 + k]);
            s20l = x2.fma(l0, s20l);
            s20h = x2.fma(h0, s20h);
            s21l = x2.fma(l1, s21l);
            s21h = x2.fma(h1, s21h);
            FloatVector x3 = FloatVector.broadcast(FLOATS, a[a3 + k]);
            s30l = x3.fma(l0, s30l);
            s30h = x3.fma(h0, s30h);
            s31l = x3.fma(l1, s31l);
            s31h = x3.fma(h1, s31h);
            w0 += PackedMatrix.PANEL;
            w1 += PackedMatrix.PANEL;
        }
        float[] c = p.c;
        s00l.intoArray(c, p.cAt(row, 0, panel, 0) + lane);
        s00h.intoArray(c, p.cAt(row, 0, panel, 0) + lane + LANES);
        s01l.intoArray(c, p.cAt(row, 0, panel, 1) + lane);
        s01h.intoArray(c, p.cAt(row, 0, panel, 1) + lane + LANES);
        s10l.intoArray(c, p.cAt(row, 1, panel, 0) + lane);
        s10h.intoArray(c, p.cAt(row, 1, panel, 0) + lane + LANES);
        s11l.intoArray(c, p.cAt(row, 1, panel, 1) + lane);
        s11h.intoArray(c, p.cAt(row, 1, panel, 1) + lane + LANES);
        s20l.intoArray(c, p.cAt(row, 2, panel, 0) + lane);
        s20h.intoArray(c, p.cAt(row, 2, panel, 0) + lane + LANES);
        s21l.intoArray(c, p.cAt(row, 2, panel, 1) + lane);
        s21h.intoArray(c, p.cAt(row, 2, panel, 1) + lane + LANES);
        s30l.intoArray(c, p.cAt(row, 3, panel, 0) + lane);
        s30h.intoArray(c, p.cAt(row, 3, panel, 0) + lane + LANES);
        s31l.intoArray(c, p.cAt(row, 3, panel, 1) + lane);
        s31h.intoArray(c, p.cAt(row, 3, panel, 1) + lane + LANES);
    }
}
