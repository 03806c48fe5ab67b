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
        int parts = products.partsOf(groups);
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
            products.multiply(activated, first, firstRows[group + 1] - first, down, panels, y, scratch);
        });
    }

    private void activate(
            FeedForwardWeights weights, Share rows, Share panels, float[] x, float[] activated, Scratch scratch) {
        for (int row = rows.first(); row < rows.end() && panels.count() > 0; row += BlockProduct.ROWS_MAX) {
            int count = Math.min(BlockProduct.ROWS_MAX, rows.end() - row);
            activateBlock(weights, row, count, panels, x, activated, scratch);
        }
    }

    /// `activated = silu(gate * x) * (up * x)` for the outputs of some panels.
    private void activateBlock(
            FeedForwardWeights weights,
            int firstRow,
            int rows,
            Share panels,
            float[] x,
            float[] activated,
            Scratch scratch) {
        int intermediate = weights.gate().outSize();
        int firstOutput = panels.first() * PackedMatrix.PANEL;
        int outputs = Math.min(panels.end() * PackedMatrix.PANEL, intermediate) - firstOutput;
        products.multiply(x, firstRow, rows, weights.gate(), panels, activated, scratch);
        float[] up = scratch.keys.atLeast(rows * outputs);
        arithmetic.multiply(scratch.block
                .a(x, firstRow * weights.up().inSize(), rows)
                .b(weights.up(), panels)
                .c(up, 0, outputs));
        for (int row = 0; row < rows; row++) {
            int at = (firstRow + row) * intermediate + firstOutput;
            arithmetic.gate(activated, activated, at, outputs);
            arithmetic.multiply(activated, at, up, row * outputs, outputs);
        }
    }
}
