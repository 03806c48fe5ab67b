package io.thunderhead.model.kernels;

/// Products of rows with packed weights, panel by panel.
final class PanelProducts {
    /// From this many rows on a bf16 panel is widened once instead of in the inner loop.
    private static final int WIDEN_ROWS_MIN = 16;

    /// Inputs at a time: so much of a widened panel stays in the second-level cache while rows pass over it.
    private static final int WIDEN_DEPTH = 512;

    /// Rows at a time, for the same reason.
    private static final int BLOCK_ROWS = 256;

    /// Tasks a thread, so that one that starts late does not hold the others up.
    private static final int TASKS_PER_THREAD = 4;

    private final Arithmetic arithmetic;
    private final KernelThreads threads;

    PanelProducts(Arithmetic arithmetic, KernelThreads threads) {
        this.arithmetic = arithmetic;
        this.threads = threads;
    }

    /// `y [rows, out] = x [rows, in] * w^T`
    void matmul(float[] x, int rows, PackedMatrix w, float[] y) {
        int blocks = Math.ceilDiv(rows, BLOCK_ROWS);
        int panels = w.panelCount();
        int parts = Math.min(panels, TASKS_PER_THREAD * threads.threadCount());
        threads.run(blocks * parts, (task, scratch) -> {
            int firstRow = task / parts * BLOCK_ROWS;
            int count = Math.min(BLOCK_ROWS, rows - firstRow);
            int part = task % parts;
            for (int panel = share(panels, parts, part); panel < share(panels, parts, part + 1); panel++) {
                int out = firstRow * w.outSize() + panel * PackedMatrix.PANEL;
                multiply(x, firstRow, count, w, panel, y, out, w.outSize(), scratch);
            }
        });
    }

    /// Where part `part` of `parts` nearly equal parts of `count` things begins.
    static int share(int count, int parts, int part) {
        return (int) ((long) count * part / parts);
    }

    /// One panel's outputs for rows `[firstRow, firstRow + rows)` of `x [.., in]`, to `y` from `yOffset`.
    void multiply(
            float[] x,
            int firstRow,
            int rows,
            PackedMatrix w,
            int panel,
            float[] y,
            int yOffset,
            int yStride,
            Scratch scratch) {
        Product product = scratch.product;
        int inSize = w.inSize();
        int columns = w.panelWidth(panel);
        if (w.bf16() && rows >= WIDEN_ROWS_MIN) {
            multiplyWidened(x, firstRow, rows, w, panel, y, yOffset, yStride, scratch);
            return;
        }
        product.a(x, firstRow * inSize, inSize)
                .b(w, panel, 0)
                .c(y, yOffset, yStride, true)
                .size(rows, columns, inSize);
        arithmetic.multiply(product);
    }

    private void multiplyWidened(
            float[] x,
            int firstRow,
            int rows,
            PackedMatrix w,
            int panel,
            float[] y,
            int yOffset,
            int yStride,
            Scratch scratch) {
        Product product = scratch.product;
        int inSize = w.inSize();
        var widened = scratch.rightKeys.floatsAtLeast((long) WIDEN_DEPTH * PackedMatrix.PANEL);
        for (int firstIn = 0; firstIn < inSize; firstIn += WIDEN_DEPTH) {
            int depth = Math.min(WIDEN_DEPTH, inSize - firstIn);
            arithmetic.widen(w, panel, firstIn, depth, widened);
            product.a(x, firstRow * inSize + firstIn, inSize)
                    .b(widened, 0, PackedMatrix.PANEL)
                    .c(y, yOffset, yStride, firstIn == 0)
                    .size(rows, w.panelWidth(panel), depth);
            arithmetic.multiply(product);
        }
    }

    /// See [Kernels#feedForward].
    void feedForward(
            FeedForwardWeights[] weights, int[] firstRows, int groups, float[] x, float[] activated, float[] y) {
        if (groups == 0) {
            return;
        }
        int parts = Math.max(1, Math.ceilDiv(TASKS_PER_THREAD * threads.threadCount(), groups));
        threads.run(groups * parts, (task, scratch) -> {
            int group = task / parts;
            activate(
                    weights[group], firstRows[group], firstRows[group + 1], parts, task % parts, x, activated, scratch);
        });
        threads.run(groups * parts, (task, scratch) -> {
            int group = task / parts;
            down(
                    weights[group].down(),
                    firstRows[group],
                    firstRows[group + 1],
                    parts,
                    task % parts,
                    activated,
                    y,
                    scratch);
        });
    }

    /// `activated = silu(gate * x) * (up * x)` for one part of the panels.
    private void activate(
            FeedForwardWeights weights,
            int firstRow,
            int endRow,
            int parts,
            int part,
            float[] x,
            float[] activated,
            Scratch scratch) {
        int panels = weights.gate().panelCount();
        int intermediate = weights.gate().outSize();
        for (int row = firstRow; row < endRow; row += BLOCK_ROWS) {
            int rows = Math.min(BLOCK_ROWS, endRow - row);
            for (int panel = share(panels, parts, part); panel < share(panels, parts, part + 1); panel++) {
                int out = row * intermediate + panel * PackedMatrix.PANEL;
                activatePanel(weights, panel, row, rows, x, activated, out, scratch);
            }
        }
    }

    private void activatePanel(
            FeedForwardWeights weights,
            int panel,
            int row,
            int rows,
            float[] x,
            float[] activated,
            int outOffset,
            Scratch scratch) {
        int width = weights.gate().panelWidth(panel);
        int intermediate = weights.gate().outSize();
        float[] gate = scratch.scores.atLeast(BLOCK_ROWS * PackedMatrix.PANEL);
        float[] up = scratch.keys.atLeast(BLOCK_ROWS * PackedMatrix.PANEL);
        multiply(x, row, rows, weights.gate(), panel, gate, 0, width, scratch);
        multiply(x, row, rows, weights.up(), panel, up, 0, width, scratch);
        arithmetic.gate(gate, gate, 0, rows * width);
        Elementwise.multiply(gate, 0, up, 0, rows * width);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(gate, i * width, activated, outOffset + i * intermediate, width);
        }
    }

    private void down(
            PackedMatrix w, int firstRow, int endRow, int parts, int part, float[] x, float[] y, Scratch scratch) {
        int panels = w.panelCount();
        for (int row = firstRow; row < endRow; row += BLOCK_ROWS) {
            int rows = Math.min(BLOCK_ROWS, endRow - row);
            for (int panel = share(panels, parts, part); panel < share(panels, parts, part + 1); panel++) {
                int out = row * w.outSize() + panel * PackedMatrix.PANEL;
                multiply(x, row, rows, w, panel, y, out, w.outSize(), scratch);
            }
        }
    }
}
