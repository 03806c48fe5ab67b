package io.thunderhead.tornado;

import io.thunderhead.tornado.kernels.ProductKernels;

/// Tables of tiles for [ProductKernels]: which rows are multiplied by which matrix.
final class Tiles {
    private Tiles() {}

    /// Tiles that so many rows can need, whatever groups they fall into.
    static int max(int rows, int groups) {
        return Math.ceilDiv(rows, ProductKernels.TILE_ROWS) + groups - 1;
    }

    static int count(int[] tiles) {
        return tiles.length / ProductKernels.TILE_INTS;
    }

    /// All rows by one matrix; room for `rowMax` rows.
    static int[] dense(int rows, int rowMax, int matrix) {
        return grouped(new int[] {matrix}, new int[] {0, rows}, 1, max(rowMax, 1));
    }

    /// Rows `[firstRows[g], firstRows[g + 1])` by matrix `matrices[g]`; `tileMax` tiles, those left over empty.
    static int[] grouped(int[] matrices, int[] firstRows, int groups, int tileMax) {
        int[] tiles = new int[tileMax * ProductKernels.TILE_INTS];
        int at = 0;
        for (int group = 0; group < groups; group++) {
            for (int row = firstRows[group]; row < firstRows[group + 1]; row += ProductKernels.TILE_ROWS) {
                tiles[at] = matrices[group];
                tiles[at + 1] = row;
                tiles[at + 2] = Math.min(ProductKernels.TILE_ROWS, firstRows[group + 1] - row);
                at += ProductKernels.TILE_INTS;
            }
        }
        return tiles;
    }
}
