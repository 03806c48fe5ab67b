package io.thunderhead.model.kernels;

/// Rows times several panels of a weight matrix: `C [rows, outputs of the panels] = A [rows, in] * W^T`. What it gives
/// is
/// defined by one [Product] a panel; it is an operation of its own because many rows are worth rearranging once for all
/// panels. Reusable: set every part, then hand it to [Arithmetic#multiply(BlockProduct)].
final class BlockProduct {
    /// More rows are given to [Arithmetic] in several blocks, so that what it rearranges stays in the second-level
    /// cache.
    static final int ROWS_MAX = 256;

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

    /// Rearranged rows, a widened piece of a panel, and rows of the last panel when it is narrow.
    final Scratch.Floats packedRows = new Scratch.Floats();

    final Scratch.Memory widened = new Scratch.Memory();
    final Scratch.Floats wholeRows = new Scratch.Floats();
    final float[] scales = new float[PackedMatrix.PANEL];

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

    /// Turns sums over INT8 integers into sums over weights: times the scales of the panel's outputs.
    void scaleColumns(Arithmetic arithmetic, int panel) {
        if (weights.format() != WeightFormat.INT8) {
            return;
        }
        int width = weights.panelWidth(panel);
        for (int column = 0; column < width; column++) {
            scales[column] = weights.scale(panel * PackedMatrix.PANEL + column);
        }
        for (int row = 0; row < rows; row++) {
            arithmetic.multiply(c, cRow(panel, row), scales, 0, width);
        }
    }
}
