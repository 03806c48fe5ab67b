package io.thunderhead.model.kernels;

import java.util.Arrays;

/// Rows times several panels of a weight matrix: `C [rows, outputs of the panels] = A [rows, in] * W^T`. What it gives
/// is defined by one [Product] a panel; it is an operation of its own because many rows are worth rearranging once for
/// all panels. Reusable: set every part, then hand it to [Arithmetic#multiply(BlockProduct)].
final class BlockProduct {
    /// More rows are given to [Arithmetic] in several blocks, so that what it rearranges stays in the second-level
    /// cache.
    static final int ROWS_MAX = 256;

    private static final float[] ONES = ones();

    float[] a = new float[0];
    int aOffset;
    int rows;

    PackedMatrix weights = PackedMatrix.EMPTY;
    int firstPanel;
    int endPanel;

    float[] c = new float[0];
    int cOffset;
    int cStride;

    private final Product product = new Product();
    final BlockPiece piece = new BlockPiece();
    final PanelTile tile = new PanelTile();

    /// Rearranged rows, pieces of the panels as floats, and rows of one panel.
    final Scratch.Floats packedRows = new Scratch.Floats();

    final WidenedPieces widened = new WidenedPieces();
    final Scratch.Floats wholeRows = new Scratch.Floats();
    private final float[] scales = new float[PackedMatrix.PANEL];

    private static float[] ones() {
        float[] ones = new float[PackedMatrix.PANEL];
        Arrays.fill(ones, 1);
        return ones;
    }

    /// Rows one after the other.
    BlockProduct a(float[] array, int offset, int rowCount) {
        a = array;
        aOffset = offset;
        rows = rowCount;
        return this;
    }

    BlockProduct b(PackedMatrix matrix, Share panels) {
        weights = matrix;
        firstPanel = panels.first();
        endPanel = panels.end();
        return this;
    }

    /// @param offset of the first row's first output of the first panel
    BlockProduct c(float[] array, int offset, int stride) {
        c = array;
        cOffset = offset;
        cStride = stride;
        return this;
    }

    /// Where row `row` of a panel goes.
    int cRow(int panel, int row) {
        return cOffset + row * cStride + (panel - firstPanel) * PackedMatrix.PANEL;
    }

    /// One panel; valid until the next call.
    Product product(int panel) {
        int inSize = weights.inSize();
        return product.a(a, aOffset, inSize)
                .b(weights, panel)
                .c(c, cRow(panel, 0), cStride, true)
                .size(rows, weights.panelWidth(panel), inSize);
    }

    /// What [#giveSums] left for a panel, back into `wholeRows`.
    void takeSums(int panel) {
        int width = weights.panelWidth(panel);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(c, cRow(panel, row), piece.sums, row * PackedMatrix.PANEL, width);
        }
    }

    /// Writes a panel's sums to C, scaled if they are whole.
    void giveSums(int panel, boolean whole) {
        int width = weights.panelWidth(panel);
        float[] factors = whole && weights.format() == WeightFormat.INT8 ? scales(panel) : ONES;
        if (width == PackedMatrix.PANEL) {
            BlockTiles.scale(piece.sums, rows, factors, c, cRow(panel, 0), cStride);
            return;
        }
        BlockTiles.scale(piece.sums, rows, factors, piece.sums, 0, PackedMatrix.PANEL);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(piece.sums, row * PackedMatrix.PANEL, c, cRow(panel, row), width);
        }
    }

    /// Turns sums over INT8 integers into sums over weights: times the scales of the panel's outputs.
    void scaleColumns(Arithmetic arithmetic, int panel) {
        if (weights.format() != WeightFormat.INT8) {
            return;
        }
        float[] factors = scales(panel);
        for (int row = 0; row < rows; row++) {
            arithmetic.multiply(c, cRow(panel, row), factors, 0, weights.panelWidth(panel));
        }
    }

    /// Valid until the next call.
    private float[] scales(int panel) {
        for (int column = 0; column < weights.panelWidth(panel); column++) {
            scales[column] = weights.scale(panel * PackedMatrix.PANEL + column);
        }
        return scales;
    }
}
