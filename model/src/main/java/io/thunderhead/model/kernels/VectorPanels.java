package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.LANES;

/// Products of a few rows with a panel of bf16 or int8 weights: each weight is widened, which is exact, in registers on
/// its
/// way to the fma. Memory is the limit then, not arithmetic.
final class VectorPanels {
    private static final int TILE_ROWS = 4;

    private VectorPanels() {}

    /// The last panel of a matrix may be narrower; it goes through a buffer, so that the loops need no masks. With
    /// masks
    /// they outgrew what the compiler inlines, and vectors became objects.
    static void multiply(Product p) {
        if (p.columns == PackedMatrix.PANEL) {
            multiplyPanel(p, p.c, p.cOffset, p.cStride);
        } else {
            float[] whole = p.wholeRows();
            multiplyPanel(p, whole, 0, PackedMatrix.PANEL);
            for (int row = 0; row < p.rows; row++) {
                System.arraycopy(whole, row * PackedMatrix.PANEL, p.c, p.cRow(row), p.columns);
            }
        }
    }

    private static void multiplyPanel(Product p, float[] c, int cOffset, int cStride) {
        if (p.bFormat == WeightFormat.BF16) {
            multiplyPairs(p, c, cOffset, cStride);
        } else {
            multiplyBytes(p, c, cOffset, cStride);
        }
    }

    /// Each vector of pairs gives the outputs `lane` and `lane + 16`.
    private static void multiplyPairs(Product p, float[] c, int cOffset, int cStride) {
        for (int lane = 0; lane < PackedMatrix.HALF_PANEL; lane += LANES) {
            int row = 0;
            for (; p.rows - row > 1; row += TILE_ROWS) {
                PanelTiles.pairsTile(p, row, lane, c, cOffset + lane, cStride);
            }
            if (row < p.rows) {
                PanelTiles.pairsStrip(p, row, lane, c, cOffset + row * cStride + lane);
            }
        }
    }

    private static void multiplyBytes(Product p, float[] c, int cOffset, int cStride) {
        for (int lane = 0; lane < PackedMatrix.PANEL; lane += 2 * LANES) {
            int row = 0;
            for (; p.rows - row > 1; row += TILE_ROWS) {
                PanelTiles.bytesTile(p, row, lane, c, cOffset + lane, cStride);
            }
            if (row < p.rows) {
                PanelTiles.bytesStrip(p, row, lane, c, cOffset + row * cStride + lane);
            }
        }
    }
}
