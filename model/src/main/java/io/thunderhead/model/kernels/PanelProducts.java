package io.thunderhead.model.kernels;

/// Products of rows with packed weights, shared out over threads by blocks of rows and ranges of panels.
final class PanelProducts {
    /// So that a thread that starts late, or is held up, does not hold the others up.
    private static final int TASKS_PER_THREAD = 4;

    private final Arithmetic arithmetic;
    private final KernelThreads threads;

    PanelProducts(Arithmetic arithmetic, KernelThreads threads) {
        this.arithmetic = arithmetic;
        this.threads = threads;
    }

    /// Into how many parts each of `pieces` equal pieces of work is split.
    int partsOf(int pieces) {
        return Math.ceilDiv(TASKS_PER_THREAD * threads.threadCount(), pieces);
    }

    /// See [Kernels#matmul].
    void matmul(float[] x, int rows, PackedMatrix w, float[] y) {
        if (rows == 0) {
            return;
        }
        int blocks = Math.ceilDiv(rows, BlockProduct.ROWS_MAX);
        int parts = Math.min(w.panelCount(), partsOf(blocks));
        threads.run(blocks * parts, (task, scratch) -> {
            int firstRow = task / parts * BlockProduct.ROWS_MAX;
            int count = Math.min(BlockProduct.ROWS_MAX, rows - firstRow);
            multiplyBlock(x, firstRow, count, w, Share.of(w.panelCount(), parts, task % parts), y, scratch);
        });
    }

    /// `y = x * w^T` for rows `[firstRow, firstRow + rows)` and some panels, any number of rows.
    void multiply(float[] x, int firstRow, int rows, PackedMatrix w, Share panels, float[] y, Scratch scratch) {
        for (int done = 0; done < rows; done += BlockProduct.ROWS_MAX) {
            multiplyBlock(x, firstRow + done, Math.min(BlockProduct.ROWS_MAX, rows - done), w, panels, y, scratch);
        }
    }

    private void multiplyBlock(
            float[] x, int firstRow, int rows, PackedMatrix w, Share panels, float[] y, Scratch scratch) {
        int yOffset = firstRow * w.outSize() + panels.first() * PackedMatrix.PANEL;
        arithmetic.multiply(
                scratch.block.a(x, firstRow * w.inSize(), rows).b(w, panels).c(y, yOffset, w.outSize()));
    }
}
