package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.NativeMemory.ALL;
import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.INTS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.ORDER;
import static io.thunderhead.model.kernels.VectorArithmetic.VECTOR_BYTES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Loops that do nothing but read, and nothing but multiply and add. Results are of no meaning but keep the compiler
/// from leaving the loops out.
final class VectorCeilings {
    private static final int READ_VECTORS = 4;

    /// [#read] takes whole blocks of this size.
    static final long BLOCK_BYTES = READ_VECTORS * VECTOR_BYTES;

    /// Chains under way: an fma of 4 cycles on two ports needs 8.
    private static final int CHAINS = 12;

    static final long FLOATS_A_STEP = (long) CHAINS * LANES;

    private VectorCeilings() {}

    static int read(long first, long byteCount) {
        IntVector sum0 = IntVector.zero(INTS);
        IntVector sum1 = sum0;
        IntVector sum2 = sum0;
        IntVector sum3 = sum0;
        for (long at = first; at + BLOCK_BYTES <= first + byteCount; at += BLOCK_BYTES) {
            sum0 = sum0.add(IntVector.fromMemorySegment(INTS, ALL, at, ORDER));
            sum1 = sum1.add(IntVector.fromMemorySegment(INTS, ALL, at + VECTOR_BYTES, ORDER));
            sum2 = sum2.add(IntVector.fromMemorySegment(INTS, ALL, at + 2 * VECTOR_BYTES, ORDER));
            sum3 = sum3.add(IntVector.fromMemorySegment(INTS, ALL, at + 3 * VECTOR_BYTES, ORDER));
        }
        return sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
    }

    static float multiplyAdd(int steps) {
        FloatVector factor = FloatVector.broadcast(FLOATS, 0.999f);
        FloatVector term = FloatVector.broadcast(FLOATS, 1e-3f);
        FloatVector c0 = term;
        FloatVector c1 = term;
        FloatVector c2 = term;
        FloatVector c3 = term;
        FloatVector c4 = term;
        FloatVector c5 = term;
        FloatVector c6 = term;
        FloatVector c7 = term;
        FloatVector c8 = term;
        FloatVector c9 = term;
        FloatVector c10 = term;
        FloatVector c11 = term;
        for (int step = 0; step < steps; step++) {
            c0 = c0.fma(factor, term);
            c1 = c1.fma(factor, term);
            c2 = c2.fma(factor, term);
            c3 = c3.fma(factor, term);
            c4 = c4.fma(factor, term);
            c5 = c5.fma(factor, term);
            c6 = c6.fma(factor, term);
            c7 = c7.fma(factor, term);
            c8 = c8.fma(factor, term);
            c9 = c9.fma(factor, term);
            c10 = c10.fma(factor, term);
            c11 = c11.fma(factor, term);
        }
        FloatVector low = c0.add(c1).add(c2.add(c3)).add(c4.add(c5));
        FloatVector high = c6.add(c7).add(c8.add(c9)).add(c10.add(c11));
        return low.add(high).reduceLanes(VectorOperators.ADD);
    }
}
