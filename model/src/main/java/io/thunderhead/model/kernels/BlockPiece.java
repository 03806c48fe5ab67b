package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.LANES;

/// The part of a [BlockProduct] that [BlockTiles] work on at a time: its rows over some inputs, by one panel over the
/// same inputs. The sums wait in a buffer of their own from piece to piece, which changes no bit of them.
final class BlockPiece {
    /// Rows of a tile where there are registers for them.
    static final int GROUP_ROWS = LANES >= 16 ? 8 : 4;

    static final int DEPTH_BITS = 8;

    /// Inputs of a piece: of a panel as floats 32 KiB, which stay in the first-level cache.
    static final int DEPTH_MAX = 1 << DEPTH_BITS;

    /// Groups of [#GROUP_ROWS] rows: `[groups, packedDepth, GROUP_ROWS]`, so that a tile reads one run of memory.
    float[] rows = new float[0];

    int rowCount;
    int packedDepth;

    /// Which of the packed inputs are the piece's: `depth` from `input` on.
    int input;

    int depth;

    /// The panel's floats `[depth, 32]`: an address.
    long inputs;

    /// What a tile reads besides, so that it is in a cache when it is needed: an address, and so many bytes in
    /// [#DEPTH_MAX] steps.
    long ahead;

    long aheadBytes;

    /// Of no meaning, but without it the compiler would leave that reading out.
    int lastAhead;

    /// Float `[rows, 32]`, whole groups of rows.
    float[] sums = new float[0];

    boolean fromZero;

    int groupCount() {
        return Math.ceilDiv(rowCount, GROUP_ROWS);
    }

    /// Copies inputs `[first, first + packedDepth)` of rows `[rows, inSize]`; fills the last group with its last row.
    void packRows(float[] a, int aOffset, int inSize, int first) {
        for (int row = 0; row < groupCount() * GROUP_ROWS; row++) {
            int from = aOffset + Math.min(row, rowCount - 1) * inSize + first;
            int to = row / GROUP_ROWS * GROUP_ROWS * packedDepth + row % GROUP_ROWS;
            for (int k = 0; k < packedDepth; k++) {
                rows[to + k * GROUP_ROWS] = a[from + k];
            }
        }
    }

    /// Where the piece's inputs of a row begin; the next is [#GROUP_ROWS] further.
    int packedAt(int row) {
        return (row / GROUP_ROWS * packedDepth + input) * GROUP_ROWS + row % GROUP_ROWS;
    }
}
