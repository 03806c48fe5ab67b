package io.thunderhead.model.kernels;

/// Products of rows with packed weights, panel by panel.
final class PanelProducts {
    /// Rows at a time: they stay in the second-level cache while panels pass over them.
    static final int BLOCK_ROWS = 256;

    /// So that a thread that starts late, or is held up, does not hold the others up.
    static final int TASKS_PER_THREAD = 4;

    private final Arithmetic arithmetic;
    private final KernelThreads threads;

    PanelProducts(Arithmetic arithmetic, KernelThreads threads) {
        this.arithmetic = arithmetic;
        this.threads = threads;
    }

    /// See [Kernels#matmul].
    void matmul(float[] x, int rows, PackedMatrix w, float[] y) {
        int blocks = Math.ceilDiv(rows, BLOCK_ROWS);
        int parts = Math.min(w.panelCount(), TASKS_PER_THREAD * threads.threadCount());
        threads.run(blocks * parts, (task, scratch) -> {
            int firstRow = task / parts * BLOCK_ROWS;
            int count = Math.min(BLOCK_ROWS, rows - firstRow);
            Share panels = Share.of(w.panelCount(), parts, task % parts);
            multiplyBlock(x, firstRow, count, w, panels, y, scratch.product);
        });
    }

    /// `y = x * w^T` for rows `[firstRow, firstRow + rows)` and some panels, any number of rows.
    void multiply(float[] x, int firstRow, int rows, PackedMatrix w, Share panels, float[] y, Product product) {
        for (int done = 0; done < rows; done += BLOCK_ROWS) {
            multiplyBlock(x, firstRow + done, Math.min(BLOCK_ROWS, rows - done), w, panels, y, product);
        }
    }

    private void multiplyBlock(
            float[] x, int firstRow, int rows, PackedMatrix w, Share panels, float[] y, Product product) {
        for (int panel = panels.first(); panel < panels.end(); panel++) {
            int yOffset = firstRow * w.outSize() + panel * PackedMatrix.PANEL;
            arithmetic.multiply(panel(product, x, firstRow, rows, w, panel).c(y, yOffset, w.outSize(), true));
        }
    }

    /// Everything but the output of a product of rows with one panel.
    static Product panel(Product product, float[] x, int firstRow, int rows, PackedMatrix w, int panel) {
        return product.a(x, firstRow * w.inSize(), w.inSize()).b(w, panel).size(rows, w.panelWidth(panel), w.inSize());
    }
}
