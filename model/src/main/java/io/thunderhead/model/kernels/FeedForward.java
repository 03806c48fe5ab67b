package io.thunderhead.model.kernels;

/// The experts' feed-forward for groups of rows, in two waves of tasks: gate, up and activation together, then down.
final class FeedForward {
    private final Arithmetic arithmetic;
    private final KernelThreads threads;
    private final PanelProducts products;

    FeedForward(Arithmetic arithmetic, KernelThreads threads, PanelProducts products) {
        this.arithmetic = arithmetic;
        this.threads = threads;
        this.products = products;
    }

    /// See [Kernels#feedForward].
    void run(FeedForwardWeights[] weights, int[] firstRows, int groups, float[] x, float[] activated, float[] y) {
        if (groups == 0) {
            return;
        }
        int parts = Math.ceilDiv(PanelProducts.TASKS_PER_THREAD * threads.threadCount(), groups);
        threads.run(groups * parts, (task, scratch) -> {
            int group = task / parts;
            Share rows = new Share(firstRows[group], firstRows[group + 1]);
            Share panels = Share.of(weights[group].gate().panelCount(), parts, task % parts);
            activate(weights[group], rows, panels, x, activated, scratch);
        });
        threads.run(groups * parts, (task, scratch) -> {
            int group = task / parts;
            int first = firstRows[group];
            PackedMatrix down = weights[group].down();
            Share panels = Share.of(down.panelCount(), parts, task % parts);
            products.multiply(activated, first, firstRows[group + 1] - first, down, panels, y, scratch.product);
        });
    }

    private void activate(
            FeedForwardWeights weights, Share rows, Share panels, float[] x, float[] activated, Scratch scratch) {
        for (int row = rows.first(); row < rows.end(); row += PanelProducts.BLOCK_ROWS) {
            int count = Math.min(PanelProducts.BLOCK_ROWS, rows.end() - row);
            for (int panel = panels.first(); panel < panels.end(); panel++) {
                activatePanel(weights, panel, row, count, x, activated, scratch);
            }
        }
    }

    /// `activated = silu(gate * x) * (up * x)` for the outputs of one panel.
    private void activatePanel(
            FeedForwardWeights weights,
            int panel,
            int firstRow,
            int rows,
            float[] x,
            float[] activated,
            Scratch scratch) {
        int width = weights.gate().panelWidth(panel);
        int intermediate = weights.gate().outSize();
        float[] gate = scratch.scores.atLeast(rows * width);
        float[] up = scratch.keys.atLeast(rows * width);
        arithmetic.multiply(PanelProducts.panel(scratch.product, x, firstRow, rows, weights.gate(), panel)
                .c(gate, 0, width, true));
        arithmetic.multiply(PanelProducts.panel(scratch.product, x, firstRow, rows, weights.up(), panel)
                .c(up, 0, width, true));
        arithmetic.gate(gate, gate, 0, rows * width);
        Elementwise.multiply(gate, 0, up, 0, rows * width);
        int out = firstRow * intermediate + panel * PackedMatrix.PANEL;
        for (int row = 0; row < rows; row++) {
            System.arraycopy(gate, row * width, activated, out + row * intermediate, width);
        }
    }
}
