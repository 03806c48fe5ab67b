package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.LANES;

/// [Product]s with lanes across the columns. Rows come in tiles of four that share each load of B: with two vectors of
/// B eight chains are under way, enough to hide an fma's latency on two ports, and all fit the 16 registers of AVX2. A
/// last tile with rows missing computes its last row several times, which costs nothing and writes the same numbers.
final class VectorProducts {
    private static final int TILE_ROWS = 4;

    private VectorProducts() {}

    static void multiply(Product p) {
        if (p.bFormat != WeightFormat.F32) {
            throw new IllegalArgumentException("a product with " + p.bFormat + " weights comes as a BlockProduct");
        }
        int column = 0;
        for (; column + 2 * LANES <= p.columns; column += 2 * LANES) {
            if (p.depthStep == 0) {
                multiplyColumns(p, column);
            } else {
                multiplyCausalColumns(p, column);
            }
        }
        for (; column + LANES <= p.columns; column += LANES) {
            for (int row = 0; row < p.rows; row++) {
                FloatTiles.strip(p, row, column, p.fromZero, 0);
            }
        }
        for (; column < p.columns; column++) {
            for (int row = 0; row < p.rows; row++) {
                p.element(row, column);
            }
        }
    }

    private static void multiplyColumns(Product p, int column) {
        int row = 0;
        for (; p.rows - row > 1; row += TILE_ROWS) {
            FloatTiles.tile(p, row, column);
        }
        if (row < p.rows) {
            pairOfStrips(p, row, column, p.fromZero, 0);
        }
    }

    private static void multiplyCausalColumns(Product p, int column) {
        int row = 0;
        for (; row + TILE_ROWS <= p.rows; row += TILE_ROWS) {
            FloatTiles.tile(p, row, column);
            for (int deeper = row + 1; deeper < row + TILE_ROWS; deeper++) {
                pairOfStrips(p, deeper, column, false, p.depthOf(row));
            }
        }
        for (; row < p.rows; row++) {
            pairOfStrips(p, row, column, p.fromZero, 0);
        }
    }

    /// One row by two vectors, from depth `firstK` on.
    private static void pairOfStrips(Product p, int row, int column, boolean fromZero, int firstK) {
        FloatTiles.strip(p, row, column, fromZero, firstK);
        FloatTiles.strip(p, row, column + LANES, fromZero, firstK);
    }
}
