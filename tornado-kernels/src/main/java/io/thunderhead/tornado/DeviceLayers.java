package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.tornado.cuda.Addresses;
import io.thunderhead.tornado.kernels.ChoiceKernels;
import io.thunderhead.tornado.kernels.CopyKernels;
import io.thunderhead.tornado.kernels.RowKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// The layers of one kind of a stage, without their experts, on a device: norm, attention, residual, norm and router
/// are one graph. Weights and the sequences' memory stay there; rows come in, and what the experts need goes out.
///
/// All layers share the graphs (a layer is a number in the step's table), so each kernel is compiled once for each
/// number of rows, not for each layer. One thread at a time.
final class DeviceLayers implements AutoCloseable {
    private static final int CHOICE_GROUP = 32;

    /// A step with rows of a prompt takes a graph for at least so many.
    private static final int PROMPT_ROWS = 64;

    private final ModelConfig config;
    private final DeviceAttention attention;
    private final ResidualFactors factors;
    private final FloatArray inputNorms;
    private final FloatArray postNorms;
    private final DeviceMatrices router;
    private final List<Bucket> buckets = new ArrayList<>();
    private final IntArray where = new IntArray(2);
    private final FloatArray piece;
    private final ResidentPlan plan;
    private final long weightBytes;
    private final Addresses addresses = new Addresses();

    /// What every layer has besides its attention.
    record Frame(FloatArray inputNorm, FloatArray postNorm, PackedMatrix router) {}

    private record Bucket(LayerBuffers buffers, DeviceAttention.StepTables tables) {}

    /// @param attention its memory is closed with this
    /// @param frames of the layers that the attention holds, in its order
    /// @param rowMaxima of the graphs, ascending; a step has no more rows than the last
    DeviceLayers(
            Target target,
            ModelConfig config,
            DeviceAttention attention,
            ResidualFactors factors,
            List<Frame> frames,
            int... rowMaxima) {
        this.config = config;
        this.attention = attention;
        this.factors = factors;
        this.inputNorms =
                DeviceArrays.stacked(frames.stream().map(Frame::inputNorm).toList());
        this.postNorms =
                DeviceArrays.stacked(frames.stream().map(Frame::postNorm).toList());
        this.router = DeviceMatrices.of(frames.stream().map(Frame::router).toList());
        this.piece = new FloatArray(attention.pieceSize());
        List<Object> resident = new ArrayList<>(attention.resident());
        resident.add(inputNorms);
        resident.add(postNorms);
        resident.addAll(router.arrays());
        this.weightBytes = DeviceArrays.byteSize(resident)
                - DeviceArrays.byteSize(attention.memory().arrays());
        List<KernelGraph> graphs = new ArrayList<>();
        for (LayerBuffers buffers : sizes(rowMaxima)) {
            String name = (buffers.decodeOnly() ? "decode" : "layers") + buffers.rowMax();
            KernelGraph graph = new KernelGraph(name, target.cuda());
            graph.resident(graphs.isEmpty() ? null : graphs.getFirst(), resident);
            buckets.add(addLayer(graph, buffers));
            if (graphs.isEmpty()) {
                graph.locate(resident, addresses);
                graph.keep(resident);
            }
            graphs.add(graph);
        }
        if (attention.memory() instanceof DeviceStore.OfArray(FloatArray memory)) {
            graphs.add(readGraph(graphs.getFirst(), resident, memory));
            graphs.add(writeGraph(graphs.getFirst(), resident, memory));
        }
        this.plan = new ResidentPlan(target, graphs);
        try {
            bringToDevice();
        } catch (RuntimeException | Error e) {
            plan.close();
            throw e;
        }
    }

    /// Graphs of few rows are for decoding alone where that is less work: a prompt's last rows take a larger one.
    private List<LayerBuffers> sizes(int... rowMaxima) {
        List<LayerBuffers> sizes = new ArrayList<>();
        int last = rowMaxima[rowMaxima.length - 1];
        if (attention.decodesApart()) {
            Arrays.stream(rowMaxima)
                    .filter(rowMax -> rowMax < last)
                    .forEach(rowMax -> sizes.add(LayerBuffers.of(config, rowMax, true)));
        }
        Arrays.stream(rowMaxima)
                .filter(rowMax -> !attention.decodesApart() || rowMax == last || rowMax >= PROMPT_ROWS)
                .forEach(rowMax -> sizes.add(LayerBuffers.of(config, rowMax, false)));
        return sizes;
    }

    private Bucket addLayer(KernelGraph graph, LayerBuffers buffers) {
        graph.bringAlways(buffers.step(), buffers.hidden());
        graph.bringAlways(buffers.tiles().arrays());
        graph.bringOnce(buffers.scratch().toArray());
        addNorm(graph, "inputNorm", buffers, buffers.hidden(), inputNorms, buffers.normed());
        DeviceAttention.StepTables tables = attention.addTasks(graph, buffers);
        addResidualAndNorm(graph, buffers);
        addRouter(graph, buffers);
        graph.sendAlways(buffers.expertInput(), buffers.expertIds(), buffers.weights());
        return new Bucket(buffers, tables);
    }

    private void addResidualAndNorm(KernelGraph graph, LayerBuffers buffers) {
        if (graph.cuda()) {
            CudaRows.residualNorm(graph, buffers, factors, postNorms, config.hiddenSize(), config.rmsNormEps());
            return;
        }
        graph.tasks()
                .task(
                        "residual",
                        RowKernels::addResidual,
                        graph.context(),
                        buffers.step(),
                        buffers.normed(),
                        buffers.branch(),
                        buffers.expertInput(),
                        config.hiddenSize(),
                        factors.alpha(),
                        factors.beta());
        graph.launch("residual", RowKernels.GROUP, buffers.rowMax(), 1, 1);
        addNorm(graph, "postNorm", buffers, buffers.expertInput(), postNorms, buffers.expertInput());
    }

    private void addNorm(
            KernelGraph graph, String id, LayerBuffers buffers, FloatArray x, FloatArray weights, FloatArray y) {
        if (graph.cuda()) {
            CudaRows.norm(graph, id, buffers, x, weights, y, config.hiddenSize(), config.rmsNormEps());
            return;
        }
        graph.tasks()
                .task(
                        id,
                        RowKernels::rmsNorm,
                        graph.context(),
                        buffers.step(),
                        x,
                        weights,
                        y,
                        config.hiddenSize(),
                        config.rmsNormEps());
        graph.launch(id, RowKernels.GROUP, buffers.rowMax(), 1, 1);
    }

    private void addRouter(KernelGraph graph, LayerBuffers buffers) {
        if (graph.cuda() && CudaRows.canChoose(router, config.topK())) {
            CudaRows.choose(graph, buffers, router, config.hiddenSize(), config.topK());
            return;
        }
        router.product(graph, "router", buffers.tiles(), buffers.expertInput(), buffers.logits());
        graph.tasks()
                .task(
                        "choose",
                        ChoiceKernels::topExperts,
                        graph.context(),
                        buffers.step(),
                        buffers.logits(),
                        buffers.expertIds(),
                        buffers.weights(),
                        config.expertCount(),
                        config.topK());
        graph.launch("choose", CHOICE_GROUP, Math.ceilDiv(buffers.rowMax(), CHOICE_GROUP), 1, 1);
    }

    private KernelGraph readGraph(KernelGraph first, List<Object> resident, FloatArray memory) {
        KernelGraph graph = copyGraph("read", first, resident);
        graph.tasks().task("copy", CopyKernels::read, graph.context(), where, memory, piece);
        graph.sendAlways(piece);
        return graph;
    }

    private KernelGraph writeGraph(KernelGraph first, List<Object> resident, FloatArray memory) {
        KernelGraph graph = copyGraph("write", first, resident);
        graph.tasks().task("copy", CopyKernels::write, graph.context(), where, memory, piece);
        return graph;
    }

    /// Takes all that is resident, not only what it copies: a graph finds resident arrays through the one that ran
    /// before it.
    private KernelGraph copyGraph(String name, KernelGraph first, List<Object> resident) {
        KernelGraph graph = new KernelGraph(name, first.cuda());
        graph.resident(first, resident);
        graph.bringAlways(where, piece);
        graph.launch("copy", CopyKernels.GROUP, Math.ceilDiv(attention.pieceSize(), CopyKernels.GROUP), 1, 1);
        return graph;
    }

    /// Also compiles all kernels, so that the first request does not wait for them.
    private void bringToDevice() {
        for (int i = 0; i < buckets.size(); i++) {
            Bucket bucket = buckets.get(i);
            bucket.buffers().step().init(0);
            bucket.buffers().tiles().clear();
            bucket.tables().fill(new DeviceRows());
            plan.execute(i);
        }
    }

    /// Runs a layer up to its experts and updates the memory of the step's sequences.
    ///
    /// @param layer among the layers held here, from 0
    /// @param firstRow where the rows begin in `hidden` and `expertInput`
    /// @param hidden,expertInput `[rows, hidden]`
    /// @param expertIds,weights `[rows, topK]`, from 0
    void attend(
            int layer,
            DeviceRows rows,
            int firstRow,
            float[] hidden,
            float[] expertInput,
            int[] expertIds,
            float[] weights) {
        int count = rows.rowCount();
        int index = 0;
        while (!buckets.get(index).buffers().takes(rows)) {
            index++;
        }
        LayerBuffers buffers = buckets.get(index).buffers();
        DeviceArrays.set(buffers.step(), 0, count, layer);
        buffers.tiles().setDense(count, layer);
        buckets.get(index).tables().fill(rows);
        int first = firstRow * config.hiddenSize();
        int size = count * config.hiddenSize();
        DeviceArrays.copy(hidden, first, size, buffers.hidden(), 0);
        plan.execute(index);
        DeviceArrays.copy(buffers.expertInput(), size, expertInput, first);
        DeviceArrays.copy(buffers.expertIds(), count * config.topK(), expertIds);
        DeviceArrays.copy(buffers.weights(), count * config.topK(), weights, 0);
    }

    /// Where a layer's own arrays lie on a device with CUDA.
    CudaLayer cudaLayer(int layer, int index) {
        return new CudaLayer(
                index,
                factors,
                addresses.of(inputNorms) + (long) layer * config.hiddenSize() * Float.BYTES,
                addresses.of(postNorms) + (long) layer * config.hiddenSize() * Float.BYTES,
                router.at(addresses, layer),
                attention.cudaAttention(addresses, layer));
    }

    boolean joins() {
        return router.format() != WeightFormat.INT8 && attention.joins();
    }

    /// Of all layers, without the sequences' memory.
    long weightBytes() {
        return weightBytes;
    }

    /// Rows that a run takes at most.
    int rowMax() {
        return buckets.getLast().buffers().rowMax();
    }

    int pieceSize() {
        return attention.pieceSize();
    }

    /// Copies a piece of the memory (see [DeviceAttention#pieceSize]) to the host.
    ///
    /// @param index of the piece: layer by layer, in each its slots or pages
    void readMemory(int index, float[] to) {
        if (attention.memory() instanceof DeviceStore.OfRegion region) {
            region.read((long) index * attention.pieceSize(), to);
            return;
        }
        DeviceArrays.set(where, 0, Math.multiplyExact(index, attention.pieceSize()), attention.pieceSize());
        plan.execute(buckets.size());
        DeviceArrays.copy(piece, attention.pieceSize(), to, 0);
    }

    /// The opposite of [#readMemory].
    void writeMemory(int index, float[] from) {
        if (attention.memory() instanceof DeviceStore.OfRegion region) {
            region.write((long) index * attention.pieceSize(), from);
            return;
        }
        DeviceArrays.set(where, 0, Math.multiplyExact(index, attention.pieceSize()), attention.pieceSize());
        DeviceArrays.copy(from, 0, attention.pieceSize(), piece, 0);
        plan.execute(buckets.size() + 1);
    }

    @Override
    public void close() {
        try {
            plan.close();
        } finally {
            attention.memory().close();
        }
    }
}
