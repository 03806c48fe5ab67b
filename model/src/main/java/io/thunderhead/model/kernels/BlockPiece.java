package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.LANES;

import java.lang.foreign.MemorySegment;

/// The part of a [BlockProduct] that [BlockTiles] work on at a time: its rows over some inputs, by one panel over the
/// same
/// inputs. The sums wait in C from piece to piece, which changes no bit of them.
final class BlockPiece {
    /// Rows of a tile where there are registers for them.
    static final int GROUP_ROWS = LANES >= 16 ? 8 : 4;

    /// Inputs of a piece: of a panel as floats 32 KiB, which stay in the first-level cache.
    static final int DEPTH_MAX = 256;

    /// Groups of [#GROUP_ROWS] rows: `[groups, depth, GROUP_ROWS]`, so that a tile reads one run of memory.
    float[] rows = new float[0];

    int rowCount;
    int depth;

    /// Floats `[depth, 32]` from `inputsAt` on.
    MemorySegment inputs = MemorySegment.NULL;

    long inputsAt;

    float[] c = new float[0];
    int cOffset;
    int cStride;
    boolean fromZero;

    /// Copies rows `[rows, inSize]` from input `firstInput` on; fills the last group with its last row.
    void packRows(float[] a, int aOffset, int inSize, int firstInput) {
        int whole = Math.ceilDiv(rowCount, GROUP_ROWS) * GROUP_ROWS;
        for (int row = 0; row < whole; row++) {
            int from = aOffset + Math.min(row, rowCount - 1) * inSize + firstInput;
            int to = packedAt(row);
            for (int k = 0; k < depth; k++) {
                rows[to + k * GROUP_ROWS] = a[from + k];
            }
        }
    }

    int packedAt(int row) {
        return row / GROUP_ROWS * GROUP_ROWS * depth + row % GROUP_ROWS;
    }

    /// Where the row that is `next` behind `row`, or else the last one, goes.
    int cAt(int row, int next) {
        return cOffset + Math.min(row + next, rowCount - 1) * cStride;
    }
}
