package io.thunderhead.model.kernels;

import static io.thunderhead.model.kernels.VectorArithmetic.LANES;

/// [BlockProduct]s with lanes across the outputs. A few rows go panel by panel. Many rows are rearranged once for all
/// panels; then each panel is multiplied piece by piece of its inputs, each piece widened once for all rows.
final class VectorBlocks {
    /// More rows than this are worth rearranging.
    private static final int FEW_ROWS = 12;

    private static final int FOUR_ROWS = 4;

    /// Floats of rearranged rows: half of a second-level cache.
    private static final int PACKED_MAX = 1 << 18;

    private VectorBlocks() {}

    static void multiply(Arithmetic arithmetic, BlockProduct block) {
        if (block.firstPanel == block.endPanel) {
            return;
        }
        if (block.rows > FEW_ROWS) {
            multiplyMany(block);
            return;
        }
        if (block.weights.format() == WeightFormat.F32) {
            for (int panel = block.firstPanel; panel < block.endPanel; panel++) {
                VectorProducts.multiply(block.product(panel));
            }
        } else {
            VectorPanels.multiply(block);
        }
        for (int panel = block.firstPanel; panel < block.endPanel; panel++) {
            block.scaleColumns(arithmetic, panel);
        }
    }

    private static void multiplyMany(BlockProduct block) {
        BlockPiece piece = block.piece;
        piece.rowCount = block.rows;
        int wholeRows = piece.groupCount() * BlockPiece.GROUP_ROWS;
        int inSize = block.weights.inSize();
        int pieces = Math.max(PACKED_MAX / wholeRows / BlockPiece.DEPTH_MAX, 1);
        int packedMax = Math.min(pieces * BlockPiece.DEPTH_MAX, inSize);
        piece.rows = block.packedRows.atLeast(wholeRows * packedMax);
        piece.sums = block.wholeRows.atLeast(wholeRows * PackedMatrix.PANEL);
        for (int first = 0; first < inSize; first += packedMax) {
            piece.packedDepth = Math.min(packedMax, inSize - first);
            piece.packRows(block.a, block.aOffset, inSize, first);
            multiplyPacked(block, first);
        }
    }

    /// All panels over the inputs that are packed, the first of which is `firstInput`.
    private static void multiplyPacked(BlockProduct block, int firstInput) {
        BlockPiece piece = block.piece;
        WidenedPieces weights = block.widened;
        int tiles = piece.groupCount() * (PackedMatrix.PANEL / (2 * LANES));
        boolean last = firstInput + piece.packedDepth == block.weights.inSize();
        weights.start(block, firstInput, piece.packedDepth);
        for (int panel = block.firstPanel; panel < block.endPanel; panel++) {
            if (firstInput > 0) {
                block.takeSums(panel);
            }
            for (piece.input = 0; piece.input < piece.packedDepth; piece.input += BlockPiece.DEPTH_MAX) {
                piece.fromZero = firstInput + piece.input == 0;
                weights.next(piece, tiles);
                multiplyPiece(piece, weights);
            }
            block.giveSums(panel, last);
        }
    }

    private static void multiplyPiece(BlockPiece piece, WidenedPieces weights) {
        for (int column = 0; column < PackedMatrix.PANEL; column += 2 * LANES) {
            for (int row = 0; row < piece.rowCount; row += BlockPiece.GROUP_ROWS) {
                weights.readAhead(piece);
                if (BlockPiece.GROUP_ROWS > FOUR_ROWS && piece.rowCount - row > FOUR_ROWS) {
                    BlockTiles.eight(piece, row, column);
                } else {
                    BlockTiles.four(piece, row, column);
                }
                weights.widenAhead();
            }
        }
    }
}
