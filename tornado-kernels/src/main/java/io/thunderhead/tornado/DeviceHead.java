package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.layers.Head;
import io.thunderhead.tornado.kernels.RowKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// The final norm and the product with the vocabulary on a device: rows go there, logits come back.
final class DeviceHead implements Head {
    private final ModelConfig config;
    private final FloatArray norm;
    private final DeviceMatrices vocabulary;
    private final List<Bucket> buckets = new ArrayList<>();
    private final ResidentPlan plan;

    /// Buffers and graph for up to `rowMax` rows.
    ///
    /// @param step `[row count, 0]`: the norm is that of the only layer
    private record Bucket(
            int rowMax, IntArray step, Tiles tiles, FloatArray hidden, FloatArray normed, FloatArray logits) {}

    /// @param rowMaxima of the graphs, ascending
    DeviceHead(Target target, ModelConfig config, float[] norm, PackedMatrix vocabulary, int... rowMaxima) {
        this.config = config;
        this.norm = FloatArray.fromArray(norm);
        this.vocabulary = DeviceMatrices.of(List.of(vocabulary));
        List<Object> resident = new ArrayList<>(this.vocabulary.arrays());
        resident.add(this.norm);
        List<KernelGraph> graphs = new ArrayList<>();
        for (int rowMax : rowMaxima) {
            KernelGraph graph = new KernelGraph("head" + rowMax, target.cuda());
            graph.resident(graphs.isEmpty() ? null : graphs.getFirst(), resident);
            buckets.add(addTasks(graph, rowMax));
            if (graphs.isEmpty()) {
                graph.keep(resident);
            }
            graphs.add(graph);
        }
        this.plan = new ResidentPlan(target, graphs);
        try {
            bringToDevice();
        } catch (RuntimeException | Error e) {
            plan.close();
            throw e;
        }
    }

    private Bucket addTasks(KernelGraph graph, int rowMax) {
        int hidden = Math.multiplyExact(rowMax, config.hiddenSize());
        Bucket bucket = new Bucket(
                rowMax,
                new IntArray(2),
                new Tiles(rowMax, 1, CudaShapes.rowsOfTile(rowMax)),
                new FloatArray(hidden),
                new FloatArray(hidden),
                new FloatArray(Math.multiplyExact(rowMax, config.vocabSize())));
        graph.bringAlways(bucket.step(), bucket.hidden());
        graph.bringAlways(bucket.tiles().arrays());
        graph.bringOnce(bucket.normed(), bucket.logits());
        graph.tasks()
                .task(
                        "norm",
                        RowKernels::rmsNorm,
                        graph.context(),
                        bucket.step(),
                        bucket.hidden(),
                        norm,
                        bucket.normed(),
                        config.hiddenSize(),
                        config.rmsNormEps());
        graph.launch("norm", RowKernels.GROUP, rowMax, 1, 1);
        vocabulary.product(graph, "logits", bucket.tiles(), bucket.normed(), bucket.logits());
        graph.sendAlways(bucket.normed(), bucket.logits());
        return bucket;
    }

    /// Also compiles all kernels, so that the first request does not wait for them.
    private void bringToDevice() {
        for (int i = 0; i < buckets.size(); i++) {
            buckets.get(i).step().init(0);
            buckets.get(i).tiles().clear();
            plan.execute(i);
        }
    }

    @Override
    public void logits(float[] hidden, int rows, float[] logits) {
        int rowMax = buckets.getLast().rowMax();
        for (int first = 0; first < rows; first += rowMax) {
            run(hidden, first, Math.min(rowMax, rows - first), logits);
        }
    }

    private void run(float[] hidden, int first, int rows, float[] logits) {
        int index = 0;
        while (buckets.get(index).rowMax() < rows) {
            index++;
        }
        Bucket bucket = buckets.get(index);
        int size = config.hiddenSize();
        DeviceArrays.set(bucket.step(), 0, rows, 0);
        bucket.tiles().setDense(rows, 0);
        DeviceArrays.copy(hidden, first * size, rows * size, bucket.hidden(), 0);
        plan.execute(index);
        DeviceArrays.copy(bucket.normed(), rows * size, hidden, first * size);
        DeviceArrays.copy(bucket.logits(), rows * config.vocabSize(), logits, first * config.vocabSize());
    }

    @Override
    public long byteSize() {
        return DeviceArrays.byteSize(vocabulary.arrays());
    }

    @Override
    public void close() {
        plan.close();
    }
}
