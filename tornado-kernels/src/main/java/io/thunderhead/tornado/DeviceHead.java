package io.thunderhead.tornado;

import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.write;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.layers.Head;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaTasks;
import io.thunderhead.tornado.kernels.ChoiceKernels;
import io.thunderhead.tornado.kernels.RowKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// The final norm and the product with the vocabulary on a device: rows go there, logits come back, or only the tokens
/// with the largest ones.
final class DeviceHead implements Head {
    private final ModelConfig config;
    private final FloatArray norm;
    private final DeviceMatrices vocabulary;
    private final List<Bucket> buckets = new ArrayList<>();
    private final List<Bucket> greedyBuckets = new ArrayList<>();
    private final ResidentPlan plan;

    /// Buffers and graph for up to `rowMax` rows.
    ///
    /// @param graph its number in the plan
    /// @param step `[row count, 0]`: the norm is that of the only layer
    private record Bucket(
            int graph,
            int rowMax,
            IntArray step,
            Tiles tiles,
            FloatArray hidden,
            FloatArray normed,
            FloatArray logits,
            IntArray tokens) {}

    /// @param rowMaxima of the graphs, ascending
    DeviceHead(Target target, ModelConfig config, float[] norm, PackedMatrix vocabulary, int... rowMaxima) {
        this.config = config;
        this.norm = FloatArray.fromArray(norm);
        this.vocabulary = DeviceMatrices.of(List.of(vocabulary));
        List<Object> resident = new ArrayList<>(this.vocabulary.arrays());
        resident.add(this.norm);
        List<KernelGraph> graphs = new ArrayList<>();
        for (boolean greedy : new boolean[] {false, true}) {
            for (int rowMax : rowMaxima) {
                KernelGraph graph = new KernelGraph((greedy ? "greedy" : "head") + rowMax, target.cuda());
                graph.resident(graphs.isEmpty() ? null : graphs.getFirst(), resident);
                (greedy ? greedyBuckets : buckets).add(addTasks(graph, graphs.size(), rowMax, greedy));
                if (graphs.isEmpty()) {
                    graph.keep(resident);
                }
                graphs.add(graph);
            }
        }
        this.plan = new ResidentPlan(target, graphs);
        try {
            bringToDevice();
        } catch (RuntimeException | Error e) {
            plan.close();
            throw e;
        }
    }

    private Bucket addTasks(KernelGraph graph, int number, int rowMax, boolean greedy) {
        int hidden = Math.multiplyExact(rowMax, config.hiddenSize());
        Bucket bucket = new Bucket(
                number,
                rowMax,
                new IntArray(2),
                new Tiles(rowMax, 1, CudaShapes.rowsOfTile(rowMax)),
                new FloatArray(hidden),
                new FloatArray(hidden),
                new FloatArray(Math.multiplyExact(rowMax, config.vocabSize())),
                new IntArray(rowMax));
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
        if (greedy) {
            addChoice(graph, bucket);
        } else {
            graph.sendAlways(bucket.normed(), bucket.logits());
        }
        return bucket;
    }

    private void addChoice(KernelGraph graph, Bucket bucket) {
        graph.bringOnce(bucket.tokens());
        if (graph.cuda()) {
            CudaTasks.add(
                    graph.tasks(),
                    "choose",
                    new CudaCall.Launch("greedyTokens", bucket.rowMax(), 1, 1024),
                    read(bucket.step()),
                    read(bucket.logits()),
                    write(bucket.tokens()),
                    read(config.vocabSize()));
            graph.sendAlways(bucket.tokens());
            return;
        }
        graph.tasks()
                .task(
                        "choose",
                        ChoiceKernels::greedyTokens,
                        graph.context(),
                        bucket.step(),
                        bucket.logits(),
                        bucket.tokens(),
                        config.vocabSize());
        graph.launch("choose", ChoiceKernels.GROUP, bucket.rowMax(), 1, 1);
        graph.sendAlways(bucket.tokens());
    }

    /// Also compiles all kernels, so that the first request does not wait for them.
    private void bringToDevice() {
        for (List<Bucket> sizes : List.of(buckets, greedyBuckets)) {
            for (Bucket bucket : sizes) {
                bucket.step().init(0);
                bucket.tiles().clear();
                plan.execute(bucket.graph());
            }
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
        int size = config.hiddenSize();
        Bucket bucket = run(buckets, hidden, first, rows);
        DeviceArrays.copy(bucket.normed(), rows * size, hidden, first * size);
        DeviceArrays.copy(bucket.logits(), rows * config.vocabSize(), logits, first * config.vocabSize());
    }

    @Override
    public boolean greedyTokens(float[] hidden, int rows, int[] tokenIds) {
        int rowMax = greedyBuckets.getLast().rowMax();
        for (int first = 0; first < rows; first += rowMax) {
            int count = Math.min(rowMax, rows - first);
            Bucket bucket = run(greedyBuckets, hidden, first, count);
            for (int row = 0; row < count; row++) {
                tokenIds[first + row] = bucket.tokens().get(row);
            }
        }
        return true;
    }

    /// In the smallest of the buckets that holds the rows.
    private Bucket run(List<Bucket> sizes, float[] hidden, int first, int rows) {
        Bucket bucket =
                sizes.stream().filter(size -> size.rowMax() >= rows).findFirst().orElseThrow();
        int size = config.hiddenSize();
        DeviceArrays.set(bucket.step(), 0, rows, 0);
        bucket.tiles().setDense(rows, 0);
        DeviceArrays.copy(hidden, first * size, rows * size, bucket.hidden(), 0);
        plan.execute(bucket.graph());
        return bucket;
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
