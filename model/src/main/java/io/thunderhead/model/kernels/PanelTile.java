package io.thunderhead.model.kernels;

/// A few rows by some panels of bf16 or int8 weights, as [PairTiles] and [ByteTiles] take them. Tiles may reach beyond
/// the last row and the last panel: there they compute the last one again and write the same numbers.
final class PanelTile {
    float[] a = new float[0];
    private int aOffset;
    int rows;
    int depth;

    private long weights;
    private PackedMatrix matrix = PackedMatrix.EMPTY;
    int firstPanel;
    int endPanel;

    float[] c = new float[0];
    private int cOffset;
    private int cStride;

    /// The block's rows by those of its panels that are whole.
    PanelTile wholePanels(BlockProduct block) {
        PackedMatrix w = block.weights;
        set(block, block.firstPanel, Math.min(block.endPanel, w.outSize() / PackedMatrix.PANEL));
        return to(block.c, block.cOffset, block.cStride);
    }

    /// The block's rows by its last panel, into a buffer of whole rows.
    PanelTile lastPanel(BlockProduct block) {
        set(block, block.endPanel - 1, block.endPanel);
        return to(block.wholeRows.atLeast(block.rows * PackedMatrix.PANEL), 0, PackedMatrix.PANEL);
    }

    private void set(BlockProduct block, int first, int end) {
        a = block.a;
        aOffset = block.aOffset;
        rows = block.rows;
        matrix = block.weights;
        weights = NativeMemory.address(matrix.data());
        depth = matrix.inSize();
        firstPanel = first;
        endPanel = end;
    }

    private PanelTile to(float[] array, int offset, int stride) {
        c = array;
        cOffset = offset;
        cStride = stride;
        return this;
    }

    int aAt(int row, int next) {
        return aOffset + Math.min(row + next, rows - 1) * depth;
    }

    /// An address.
    long weightsAt(int panel, int next) {
        return weights + matrix.panelOffset(Math.min(panel + next, endPanel - 1));
    }

    int cAt(int row, int nextRow, int panel, int nextPanel) {
        int column = (Math.min(panel + nextPanel, endPanel - 1) - firstPanel) * PackedMatrix.PANEL;
        return cOffset + Math.min(row + nextRow, rows - 1) * cStride + column;
    }
}
