package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.LANES;

import java.lang.foreign.MemorySegment;

/// [BlockProduct]s with lanes across the outputs. A few rows go panel by panel. Many rows go piece by piece of the
/// inputs:
/// the rows are rearranged once for all panels, and each panel is widened once for all rows.
final class VectorBlocks {
    /// More rows than this are worth rearranging.
    private static final int FEW_ROWS = Integer.getInteger("few", 12);

    private static final int FOUR_ROWS = 4;

    private VectorBlocks() {}

    static void multiply(Arithmetic arithmetic, BlockProduct block) {
        if (block.rows > FEW_ROWS && block.firstPanel < block.endPanel) {
            multiplyPieces(block);
        } else if (block.weights.format() != WeightFormat.F32 && block.firstPanel < block.endPanel) {
            VectorPanels.multiply(block);
        } else {
            for (int panel = block.firstPanel; panel < block.endPanel; panel++) {
                VectorProducts.multiply(block.product(panel));
            }
        }
        for (int panel = block.firstPanel; panel < block.endPanel; panel++) {
            block.scaleColumns(arithmetic, panel);
        }
    }

    private static void multiplyPieces(BlockProduct block) {
        int inSize = block.weights.inSize();
        BlockPiece piece = block.piece;
        piece.rowCount = block.rows;
        int rowsMax = block.rows + BlockPiece.GROUP_ROWS;
        piece.rows = block.packedRows.atLeast(rowsMax * BlockPiece.DEPTH_MAX);
        for (int input = 0; input < inSize; input += BlockPiece.DEPTH_MAX) {
            piece.depth = Math.min(BlockPiece.DEPTH_MAX, inSize - input);
            piece.fromZero = input == 0;
            piece.packRows(block.a, block.aOffset, inSize, input);
            for (int panel = block.firstPanel; panel < block.endPanel; panel++) {
                takeInputs(block, panel, input);
                takeOutputs(block, panel);
                multiply(piece);
            }
        }
        copyNarrowPanel(block);
    }

    private static void takeInputs(BlockProduct block, int panel, int input) {
        BlockPiece piece = block.piece;
        PackedMatrix weights = block.weights;
        MemorySegment data = weights.data();
        long first = weights.panelOffset(panel)
                + (long) input * PackedMatrix.PANEL * weights.format().byteSize();
        if (weights.format() == WeightFormat.F32) {
            piece.inputs = data;
            piece.inputsAt = first;
            return;
        }
        piece.inputs = block.widened.floatsAtLeast((long) BlockPiece.DEPTH_MAX * PackedMatrix.PANEL);
        piece.inputsAt = 0;
        if (weights.format() == WeightFormat.BF16) {
            PairTiles.widen(data, first, piece.depth, piece.inputs);
        } else {
            ByteTiles.widen(data, first, piece.depth, piece.inputs);
        }
    }

    /// A narrow panel goes through a buffer: tiles are whole.
    private static void takeOutputs(BlockProduct block, int panel) {
        BlockPiece piece = block.piece;
        if (block.weights.panelWidth(panel) == PackedMatrix.PANEL) {
            piece.c = block.c;
            piece.cOffset = block.cRow(panel, 0);
            piece.cStride = block.cStride;
        } else {
            piece.c = block.wholeRows.atLeast(block.rows * PackedMatrix.PANEL);
            piece.cOffset = 0;
            piece.cStride = PackedMatrix.PANEL;
        }
    }

    private static void multiply(BlockPiece piece) {
        for (int column = 0; column < PackedMatrix.PANEL; column += 2 * LANES) {
            for (int row = 0; row < piece.rowCount; row += BlockPiece.GROUP_ROWS) {
                if (BlockPiece.GROUP_ROWS > FOUR_ROWS && piece.rowCount - row > FOUR_ROWS) {
                    BlockTiles.eight(piece, row, column);
                } else {
                    BlockTiles.four(piece, row, column);
                }
            }
        }
    }

    private static void copyNarrowPanel(BlockProduct block) {
        int panel = block.endPanel - 1;
        int width = block.weights.panelWidth(panel);
        if (width < PackedMatrix.PANEL) {
            for (int row = 0; row < block.rows; row++) {
                System.arraycopy(block.piece.c, row * PackedMatrix.PANEL, block.c, block.cRow(panel, row), width);
            }
        }
    }
}
