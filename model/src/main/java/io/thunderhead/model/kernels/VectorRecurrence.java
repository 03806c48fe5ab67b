package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.FLOATS;
import static io.thunderhead.model.kernels.VectorArithmetic.LANES;
import static io.thunderhead.model.kernels.VectorArithmetic.VECTOR_BYTES;
import static io.thunderhead.model.kernels.VectorPieces.updated;

import jdk.incubator.vector.FloatVector;

/// [Recurrence]s with lanes across the columns of the state.
final class VectorRecurrence {
    private VectorRecurrence() {}

    static void recur(Recurrence r) {
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
        long state = NativeMemory.address(r.state);
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
            long at = state + r.stateAt(row, column);
            FloatVector key = FloatVector.broadcast(FLOATS, qkv[r.key(row)]);
            FloatVector query = FloatVector.broadcast(FLOATS, qkv[r.query(row)]);
            FloatVector s0 = updated(at, r.decay, key, v0);
            FloatVector s1 = updated(at + VECTOR_BYTES, r.decay, key, v1);
            FloatVector s2 = updated(at + 2 * VECTOR_BYTES, r.decay, key, v2);
            FloatVector s3 = updated(at + 3 * VECTOR_BYTES, r.decay, key, v3);
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
        long state = NativeMemory.address(r.state);
        for (int row = 0; row < r.headDim; row++) {
            FloatVector key = FloatVector.broadcast(FLOATS, r.qkv[r.key(row)]);
            FloatVector s = updated(state + r.stateAt(row, column), r.decay, key, values);
            sum = FloatVector.broadcast(FLOATS, r.qkv[r.query(row)]).fma(s, sum);
        }
        sum.intoArray(r.out, r.outOffset + column);
    }
}
