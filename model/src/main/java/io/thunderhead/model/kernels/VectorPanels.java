package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.LANES;

/// Products of a few rows with panels of bf16 or int8 weights: each weight is widened, which is exact, in registers on
/// its way to the fma. Memory is the limit then, not arithmetic, and it is fast only with several streams under way:
/// tiles read two or four panels at a time (docs/adr/0033).
final class VectorPanels {
    /// Panels that all rows go through before the next.
    private static final int PANELS = 4;

    private static final int TWO = 2;
    private static final int FOUR = 4;

    /// Four rows by two panels are sixteen sums, too many for 16 registers.
    private static final int TILE_ROWS = LANES >= 16 ? FOUR : TWO;

    private VectorPanels() {}

    /// A narrow last panel goes through a buffer, so that the loops need no masks. With masks they outgrew what the
    /// compiler inlines, and vectors became objects.
    static void multiply(BlockProduct block) {
        multiply(block.tile.wholePanels(block), block.weights.format());
        int last = block.endPanel - 1;
        int width = block.weights.panelWidth(last);
        if (width < PackedMatrix.PANEL) {
            PanelTile tile = block.tile.lastPanel(block);
            multiply(tile, block.weights.format());
            for (int row = 0; row < block.rows; row++) {
                System.arraycopy(tile.c, row * PackedMatrix.PANEL, block.c, block.cRow(last, row), width);
            }
        }
    }

    private static void multiply(PanelTile tile, WeightFormat format) {
        for (int panel = tile.firstPanel; panel < tile.endPanel; panel += PANELS) {
            if (format == WeightFormat.BF16) {
                for (int lane = 0; lane < PackedMatrix.HALF_PANEL; lane += LANES) {
                    multiplyPairs(tile, panel, lane);
                }
            } else {
                for (int lane = 0; lane < PackedMatrix.PANEL; lane += 2 * LANES) {
                    multiplyBytes(tile, panel, lane);
                }
            }
        }
    }

    private static void multiplyPairs(PanelTile tile, int panel, int lane) {
        int row = 0;
        for (; tile.rows - row > TWO && TILE_ROWS == FOUR; row += FOUR) {
            for (int next = panel; next < end(tile, panel); next += TWO) {
                PairTiles.four(tile, row, next, lane);
            }
        }
        for (; tile.rows - row > 1; row += TWO) {
            for (int next = panel; next < end(tile, panel); next += TWO) {
                PairTiles.two(tile, row, next, lane);
            }
        }
        if (row < tile.rows) {
            PairTiles.one(tile, row, panel, lane);
        }
    }

    private static void multiplyBytes(PanelTile tile, int panel, int lane) {
        int row = 0;
        for (; tile.rows - row > TWO && TILE_ROWS == FOUR; row += FOUR) {
            for (int next = panel; next < end(tile, panel); next += TWO) {
                ByteTiles.four(tile, row, next, lane);
            }
        }
        for (; tile.rows - row > 1; row += TWO) {
            for (int next = panel; next < end(tile, panel); next += TWO) {
                ByteTiles.two(tile, row, next, lane);
            }
        }
        if (row < tile.rows) {
            ByteTiles.one(tile, row, panel, lane);
        }
    }

    private static int end(PanelTile tile, int panel) {
        return Math.min(panel + PANELS, tile.endPanel);
    }
}
