package io.thunderhead.tornado;

import io.thunderhead.tornado.kernels.ProductKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Tables of tiles for products: which rows are multiplied by which matrix, the same twice where a graph has kernels
/// that take more rows at once than those from Java do. For one thread.
final class Tiles {
    private final int rowMax;
    private final Table narrow;
    private final Table wide;

    /// At most so many tiles of at most so many rows: matrix, first row, rows.
    record Table(IntArray tiles, int tileMax, int rowsOfTile) {
        private static Table of(int rowMax, int groupMax, int rowsOfTile) {
            // however the rows fall into groups
            int tileMax = Math.ceilDiv(rowMax, rowsOfTile) + Math.min(rowMax, groupMax) - 1;
            Table table = new Table(new IntArray(tileMax * ProductKernels.TILE_INTS), tileMax, rowsOfTile);
            table.tiles.init(0);
            return table;
        }

        private void set(int[] matrices, int[] firstRows, int groups) {
            int at = 0;
            for (int group = 0; group < groups; group++) {
                for (int row = firstRows[group]; row < firstRows[group + 1]; row += rowsOfTile) {
                    int rows = Math.min(rowsOfTile, firstRows[group + 1] - row);
                    DeviceArrays.set(tiles, at, matrices[group], row, rows);
                    at += ProductKernels.TILE_INTS;
                }
            }
            for (; at < tiles.getSize(); at += ProductKernels.TILE_INTS) {
                tiles.set(at + 2, 0);
            }
        }
    }

    /// @param groupMax groups that the rows fall into at most
    /// @param wideRows of a tile for kernels that may have more than [ProductKernels#TILE_ROWS]
    Tiles(int rowMax, int groupMax, int wideRows) {
        this.rowMax = rowMax;
        this.narrow = Table.of(rowMax, groupMax, ProductKernels.TILE_ROWS);
        this.wide = wideRows > ProductKernels.TILE_ROWS ? Table.of(rowMax, groupMax, wideRows) : narrow;
    }

    int rowMax() {
        return rowMax;
    }

    Table narrow() {
        return narrow;
    }

    Table wide() {
        return wide;
    }

    Object[] arrays() {
        List<Object> arrays = new ArrayList<>(List.of(narrow.tiles));
        if (!wide.equals(narrow)) {
            arrays.add(wide.tiles);
        }
        return arrays.toArray();
    }

    /// All rows by one matrix.
    void setDense(int rows, int matrix) {
        setGrouped(new int[] {matrix}, new int[] {0, rows}, 1);
    }

    /// Rows `[firstRows[g], firstRows[g + 1])` by matrix `matrices[g]`.
    void setGrouped(int[] matrices, int[] firstRows, int groups) {
        narrow.set(matrices, firstRows, groups);
        if (!wide.equals(narrow)) {
            wide.set(matrices, firstRows, groups);
        }
    }

    void clear() {
        setGrouped(new int[0], new int[1], 0);
    }
}
