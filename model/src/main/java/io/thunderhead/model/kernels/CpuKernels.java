package io.thunderhead.model.kernels;

import io.thunderhead.model.checkpoint.StoredTensor;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.state.StepRows.Segment;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/// Kernels on the CPU: splits every operation into tasks (panels, rows, heads) over its threads and composes the tasks
/// from one [Arithmetic].
final class CpuKernels implements Kernels {
    /// Below this much elementwise work a second thread costs more than it saves.
    private static final int ELEMENTS_PER_TASK = 16_384;

    /// Of work that copies or adds whole rows.
    private static final int ROWS_PER_TASK = 16;

    private final Arithmetic arithmetic;
    private final KernelThreads threads;
    private final PanelProducts products;
    private final FeedForward feedForward;

    CpuKernels(Arithmetic arithmetic, KernelThreads threads) {
        this.arithmetic = arithmetic;
        this.threads = threads;
        this.products = new PanelProducts(arithmetic, threads);
        this.feedForward = new FeedForward(arithmetic, threads, products);
    }

    @Override
    public PackedMatrix pack(StoredTensor tensor, Arena arena) {
        Packing packing = new Packing(tensor, arena);
        overPanels(packing.packed(), packing::packPanel);
        Packing.dropSource(tensor);
        return packing.packed();
    }

    @Override
    public PackedMatrix quantize(StoredTensor tensor, Arena arena) {
        Quantizing quantizing = new Quantizing(tensor, arena);
        overPanels(quantizing.packed(), quantizing::packPanel);
        Packing.dropSource(tensor);
        return quantizing.packed();
    }

    @FunctionalInterface
    private interface PanelPacker {
        void pack(int panel, float[] row);
    }

    private void overPanels(PackedMatrix packed, PanelPacker packer) {
        int inSize = packed.inSize();
        threads.run(packed.panelCount(), (panel, scratch) -> packer.pack(panel, scratch.scores.atLeast(inSize)));
    }

    @Override
    public void matmul(float[] x, int rows, PackedMatrix w, float[] y) {
        products.matmul(x, rows, w, y);
    }

    @Override
    public void rmsNorm(float[] x, int rows, float[] weights, float eps, float[] y) {
        int width = weights.length;
        int rowsPerTask = Math.max(1, ELEMENTS_PER_TASK / width);
        threads.run(Math.ceilDiv(rows, rowsPerTask), (task, scratch) -> {
            int end = Math.min(rows, (task + 1) * rowsPerTask);
            for (int row = task * rowsPerTask; row < end; row++) {
                float squares = arithmetic.sumOfSquares(x, row * width, width, scratch.partialSums);
                float scale = (float) (1 / Math.sqrt((double) (squares / width) + eps));
                arithmetic.scaleAndWeigh(x, scale, weights, y, row * width);
            }
        });
    }

    @Override
    public void addResidual(float[] residual, float[] branch, ResidualFactors factors, int count, float[] y) {
        overElements(count, (offset, length) -> arithmetic.addResidual(factors, residual, branch, y, offset, length));
    }

    @Override
    public void silu(float[] x, int count) {
        gate(x, x, count);
    }

    @Override
    public void gate(float[] x, float[] gate, int count) {
        overElements(count, (offset, length) -> arithmetic.gate(x, gate, offset, length));
    }

    @Override
    public void lightning(StepRows rows, int layerIndex, LightningDecay decay, float[] qkv, float[] out) {
        LightningRows lightning = new LightningRows(arithmetic, decay, layerIndex, qkv, out);
        overSegments(rows, segment -> decay.headCount(), lightning::run);
    }

    @Override
    public void storeKeysValues(StepRows rows, int layerIndex, Rotary rotary, float[] q, float[] k, float[] v) {
        KeyValueRows keysValues = new KeyValueRows(rotary, layerIndex, q, k, v);
        overSegments(rows, KeyValueRows::pageCount, keysValues::run);
    }

    @Override
    public void softmaxAttention(StepRows rows, int layerIndex, HeadShape shape, float[] q, float[] out) {
        SoftmaxRows softmax = new SoftmaxRows(arithmetic, shape, layerIndex, q, out);
        int kvHeads = shape.kvHeadCount();
        overSegments(
                rows,
                segment -> SoftmaxRows.tileCount(segment) * kvHeads,
                (segment, part, scratch) -> softmax.run(segment, part / kvHeads, part % kvHeads, scratch));
    }

    @Override
    public void feedForward(
            FeedForwardWeights[] weights, int[] firstRows, int groupCount, float[] x, float[] activated, float[] y) {
        feedForward.run(weights, firstRows, groupCount, x, activated, y);
    }

    @Override
    public void forRows(int rowCount, RowsTask task) {
        threads.run(Math.ceilDiv(rowCount, ROWS_PER_TASK), (index, scratch) -> {
            int first = index * ROWS_PER_TASK;
            task.run(first, Math.min(first + ROWS_PER_TASK, rowCount));
        });
    }

    @FunctionalInterface
    private interface OverElements {
        void run(int offset, int count);
    }

    private void overElements(int count, OverElements loop) {
        threads.run(Math.ceilDiv(count, ELEMENTS_PER_TASK), (task, scratch) -> {
            int offset = task * ELEMENTS_PER_TASK;
            loop.run(offset, Math.min(ELEMENTS_PER_TASK, count - offset));
        });
    }

    @FunctionalInterface
    private interface SegmentPart {
        void run(Segment segment, int part, Scratch scratch);
    }

    /// Shares out the parts of all segments: segment after segment, as many parts each as `partsOf` says, at least one.
    /// A task finds its segment by bisection: a walk from the first would be quadratic in the sequences of a step.
    private void overSegments(StepRows rows, ToIntFunction<Segment> partsOf, SegmentPart work) {
        List<Segment> segments = rows.segments();
        int count = segments.size();
        int[] firstParts = threads.scratch().firstParts(count);
        int parts = 0;
        for (int i = 0; i < count; i++) {
            firstParts[i] = parts;
            parts += partsOf.applyAsInt(segments.get(i));
        }
        threads.run(parts, (task, scratch) -> {
            int found = Arrays.binarySearch(firstParts, 0, count, task);
            int index = found < 0 ? -found - 2 : found;
            work.run(segments.get(index), task - firstParts[index], scratch);
        });
    }

    @Override
    public void close() {
        threads.close();
    }
}
