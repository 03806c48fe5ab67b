package io.thunderhead.model.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// One token of one lightning head: `S = decay * S + k v^T`, then `out = q^T S`. Each element of S is
/// `fma(k, v, decay * s)`; each of `out` one fma chain over the rows of S. Reusable: set every part, then hand it to
/// [Arithmetic#recur], which reads and writes the state once.
final class Recurrence {
    /// q at `offset`, then k, then v, `headDim` each.
    float[] qkv = new float[0];

    int offset;
    int headDim;
    float decay;

    /// S `[headDim, headDim]` at `stateOffset` bytes.
    MemorySegment state = MemorySegment.NULL;

    long stateOffset;
    float[] out = new float[0];
    int outOffset;

    Recurrence token(float[] array, int firstOffset, int size) {
        qkv = array;
        offset = firstOffset;
        headDim = size;
        return this;
    }

    Recurrence state(MemorySegment segment, long offsetBytes, float decayOfAToken) {
        state = segment;
        stateOffset = offsetBytes;
        decay = decayOfAToken;
        return this;
    }

    Recurrence out(float[] array, int firstOffset) {
        out = array;
        outOffset = firstOffset;
        return this;
    }

    int query(int row) {
        return offset + row;
    }

    int key(int row) {
        return offset + headDim + row;
    }

    int value(int column) {
        return offset + 2 * headDim + column;
    }

    long stateAt(int row, int column) {
        return stateOffset + ((long) row * headDim + column) * Float.BYTES;
    }

    /// One column of the state, and the element of `out` that it gives, by the definition.
    void column(int column) {
        float value = qkv[value(column)];
        float sum = 0;
        for (int row = 0; row < headDim; row++) {
            long at = stateAt(row, column);
            float s = Math.fma(qkv[key(row)], value, decay * state.get(ValueLayout.JAVA_FLOAT, at));
            state.set(ValueLayout.JAVA_FLOAT, at, s);
            sum = Math.fma(qkv[query(row)], s, sum);
        }
        out[outOffset + column] = sum;
    }
}
