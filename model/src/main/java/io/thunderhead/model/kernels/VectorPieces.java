package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.NativeMemory.ALL;
import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.ORDER;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// What takes or returns vectors: always inlined, because the build's `jvm.flags` say so. A vector that crosses a call
/// is an object. See docs/adr/0015.
final class VectorPieces {
    /// Bytes of the smallest vector there is; half of it makes a vector of four floats.
    private static final int BYTES_MIN = 8;

    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(LANES, BYTES_MIN) * Byte.SIZE));

    private VectorPieces() {}

    static FloatVector start(Product p, int row, int column) {
        return p.fromZero ? FloatVector.zero(FLOATS) : FloatVector.fromArray(FLOATS, p.c, p.cRow(row) + column);
    }

    static void store(FloatVector low, FloatVector high, Product p, int row, int column) {
        low.intoArray(p.c, p.cRow(row) + column);
        high.intoArray(p.c, p.cRow(row) + column + LANES);
    }

    static FloatVector low(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
    }

    static FloatVector high(IntVector pairs) {
        return pairs.lanewise(VectorOperators.AND, 0xffff0000).reinterpretAsFloats();
    }

    /// A vector of int8 weights.
    static FloatVector bytes(long at) {
        return (FloatVector)
                ByteVector.fromMemorySegment(BYTES, ALL, at, ORDER).convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    /// The vector of int8 weights behind that of [#bytes].
    static FloatVector nextBytes(long at) {
        int part = LANES >= BYTES_MIN ? 0 : 1;
        long offset = LANES >= BYTES_MIN ? LANES : 0;
        return (FloatVector) ByteVector.fromMemorySegment(BYTES, ALL, at + offset, ORDER)
                .convertShape(VectorOperators.B2F, FLOATS, part);
    }

    static FloatVector updated(long at, float decay, FloatVector key, FloatVector values) {
        FloatVector s = key.fma(
                values, FloatVector.fromMemorySegment(FLOATS, ALL, at, ORDER).mul(decay));
        s.intoMemorySegment(ALL, at, ORDER);
        return s;
    }

    /// [Exponential], lane by lane.
    static FloatVector exp(FloatVector x) {
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
