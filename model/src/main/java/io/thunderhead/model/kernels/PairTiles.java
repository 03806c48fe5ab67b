package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.NativeMemory.ALL;
import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.INTS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.ORDER;
import static io.thunderhead.model.kernels.VectorPieces.high;
import static io.thunderhead.model.kernels.VectorPieces.low;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The inner loops over bf16 weights: [PanelTile]s, where each vector of pairs gives the outputs `lane` and `lane +
/// 16`, and the widening of [VectorBlocks]. Each is compiled by itself (`jvm.flags`, docs/adr/0015).
final class PairTiles {
    private PairTiles() {}

    static void widen(long pairs, int depth, long widened) {
        for (int k = 0; k < depth; k++) {
            long from = pairs + (long) k * PackedMatrix.HALF_PANEL * Integer.BYTES;
            long to = widened + (long) k * PackedMatrix.PANEL * Float.BYTES;
            for (int lane = 0; lane < PackedMatrix.HALF_PANEL; lane += LANES) {
                IntVector two = IntVector.fromMemorySegment(INTS, ALL, from + (long) lane * Integer.BYTES, ORDER);
                long at = to + (long) lane * Float.BYTES;
                low(two).intoMemorySegment(ALL, at, ORDER);
                high(two).intoMemorySegment(ALL, at + PackedMatrix.HALF_PANEL * Float.BYTES, ORDER);
            }
        }
    }

    /// One row by four panels.
    static void one(PanelTile p, int row, int panel, int lane) {
        float[] a = p.a;
        int a0 = p.aAt(row, 0);
        long w0 = p.weightsAt(panel, 0) + (long) lane * Integer.BYTES;
        long w1 = p.weightsAt(panel, 1) + (long) lane * Integer.BYTES;
        long w2 = p.weightsAt(panel, 2) + (long) lane * Integer.BYTES;
        long w3 = p.weightsAt(panel, 3) + (long) lane * Integer.BYTES;
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
            IntVector pairs0 = IntVector.fromMemorySegment(INTS, ALL, w0, ORDER);
            FloatVector l0 = low(pairs0);
            FloatVector h0 = high(pairs0);
            s00l = x0.fma(l0, s00l);
            s00h = x0.fma(h0, s00h);
            IntVector pairs1 = IntVector.fromMemorySegment(INTS, ALL, w1, ORDER);
            FloatVector l1 = low(pairs1);
            FloatVector h1 = high(pairs1);
            s01l = x0.fma(l1, s01l);
            s01h = x0.fma(h1, s01h);
            IntVector pairs2 = IntVector.fromMemorySegment(INTS, ALL, w2, ORDER);
            FloatVector l2 = low(pairs2);
            FloatVector h2 = high(pairs2);
            s02l = x0.fma(l2, s02l);
            s02h = x0.fma(h2, s02h);
            IntVector pairs3 = IntVector.fromMemorySegment(INTS, ALL, w3, ORDER);
            FloatVector l3 = low(pairs3);
            FloatVector h3 = high(pairs3);
            s03l = x0.fma(l3, s03l);
            s03h = x0.fma(h3, s03h);
            w0 += PackedMatrix.HALF_PANEL * Integer.BYTES;
            w1 += PackedMatrix.HALF_PANEL * Integer.BYTES;
            w2 += PackedMatrix.HALF_PANEL * Integer.BYTES;
            w3 += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
        float[] c = p.c;
        s00l.intoArray(c, p.cAt(row, 0, panel, 0) + lane);
        s00h.intoArray(c, p.cAt(row, 0, panel, 0) + lane + PackedMatrix.HALF_PANEL);
        s01l.intoArray(c, p.cAt(row, 0, panel, 1) + lane);
        s01h.intoArray(c, p.cAt(row, 0, panel, 1) + lane + PackedMatrix.HALF_PANEL);
        s02l.intoArray(c, p.cAt(row, 0, panel, 2) + lane);
        s02h.intoArray(c, p.cAt(row, 0, panel, 2) + lane + PackedMatrix.HALF_PANEL);
        s03l.intoArray(c, p.cAt(row, 0, panel, 3) + lane);
        s03h.intoArray(c, p.cAt(row, 0, panel, 3) + lane + PackedMatrix.HALF_PANEL);
    }

    /// Two rows by two panels.
    static void two(PanelTile p, int row, int panel, int lane) {
        float[] a = p.a;
        int a0 = p.aAt(row, 0);
        int a1 = p.aAt(row, 1);
        long w0 = p.weightsAt(panel, 0) + (long) lane * Integer.BYTES;
        long w1 = p.weightsAt(panel, 1) + (long) lane * Integer.BYTES;
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
            IntVector pairs0 = IntVector.fromMemorySegment(INTS, ALL, w0, ORDER);
            FloatVector l0 = low(pairs0);
            FloatVector h0 = high(pairs0);
            IntVector pairs1 = IntVector.fromMemorySegment(INTS, ALL, w1, ORDER);
            FloatVector l1 = low(pairs1);
            FloatVector h1 = high(pairs1);
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
            w0 += PackedMatrix.HALF_PANEL * Integer.BYTES;
            w1 += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
        float[] c = p.c;
        s00l.intoArray(c, p.cAt(row, 0, panel, 0) + lane);
        s00h.intoArray(c, p.cAt(row, 0, panel, 0) + lane + PackedMatrix.HALF_PANEL);
        s01l.intoArray(c, p.cAt(row, 0, panel, 1) + lane);
        s01h.intoArray(c, p.cAt(row, 0, panel, 1) + lane + PackedMatrix.HALF_PANEL);
        s10l.intoArray(c, p.cAt(row, 1, panel, 0) + lane);
        s10h.intoArray(c, p.cAt(row, 1, panel, 0) + lane + PackedMatrix.HALF_PANEL);
        s11l.intoArray(c, p.cAt(row, 1, panel, 1) + lane);
        s11h.intoArray(c, p.cAt(row, 1, panel, 1) + lane + PackedMatrix.HALF_PANEL);
    }

    /// Four rows by two panels: sixteen chains, for 32 registers.
    static void four(PanelTile p, int row, int panel, int lane) {
        float[] a = p.a;
        int a0 = p.aAt(row, 0);
        int a1 = p.aAt(row, 1);
        int a2 = p.aAt(row, 2);
        int a3 = p.aAt(row, 3);
        long w0 = p.weightsAt(panel, 0) + (long) lane * Integer.BYTES;
        long w1 = p.weightsAt(panel, 1) + (long) lane * Integer.BYTES;
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
            IntVector pairs0 = IntVector.fromMemorySegment(INTS, ALL, w0, ORDER);
            FloatVector l0 = low(pairs0);
            FloatVector h0 = high(pairs0);
            IntVector pairs1 = IntVector.fromMemorySegment(INTS, ALL, w1, ORDER);
            FloatVector l1 = low(pairs1);
            FloatVector h1 = high(pairs1);
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
            w0 += PackedMatrix.HALF_PANEL * Integer.BYTES;
            w1 += PackedMatrix.HALF_PANEL * Integer.BYTES;
        }
        float[] c = p.c;
        s00l.intoArray(c, p.cAt(row, 0, panel, 0) + lane);
        s00h.intoArray(c, p.cAt(row, 0, panel, 0) + lane + PackedMatrix.HALF_PANEL);
        s01l.intoArray(c, p.cAt(row, 0, panel, 1) + lane);
        s01h.intoArray(c, p.cAt(row, 0, panel, 1) + lane + PackedMatrix.HALF_PANEL);
        s10l.intoArray(c, p.cAt(row, 1, panel, 0) + lane);
        s10h.intoArray(c, p.cAt(row, 1, panel, 0) + lane + PackedMatrix.HALF_PANEL);
        s11l.intoArray(c, p.cAt(row, 1, panel, 1) + lane);
        s11h.intoArray(c, p.cAt(row, 1, panel, 1) + lane + PackedMatrix.HALF_PANEL);
        s20l.intoArray(c, p.cAt(row, 2, panel, 0) + lane);
        s20h.intoArray(c, p.cAt(row, 2, panel, 0) + lane + PackedMatrix.HALF_PANEL);
        s21l.intoArray(c, p.cAt(row, 2, panel, 1) + lane);
        s21h.intoArray(c, p.cAt(row, 2, panel, 1) + lane + PackedMatrix.HALF_PANEL);
        s30l.intoArray(c, p.cAt(row, 3, panel, 0) + lane);
        s30h.intoArray(c, p.cAt(row, 3, panel, 0) + lane + PackedMatrix.HALF_PANEL);
        s31l.intoArray(c, p.cAt(row, 3, panel, 1) + lane);
        s31h.intoArray(c, p.cAt(row, 3, panel, 1) + lane + PackedMatrix.HALF_PANEL);
    }
}
