package io.thunderhead.tornado;

import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.LightningDecay;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.tornado.cuda.Addresses;
import io.thunderhead.tornado.cuda.CudaTasks;
import io.thunderhead.tornado.kernels.LightningKernels;
import io.thunderhead.tornado.kernels.RowKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Lightning attention of some layers, with a state of each for so many sequences.
final class DeviceLightning implements DeviceAttention {
    private final ModelConfig config;
    private final int slots;
    private final DeviceMatrices qkv;
    private final DeviceMatrices outputGate;
    private final DeviceMatrices out;
    private final FloatArray norms;
    private final FloatArray slopes;
    private final FloatArray states;

    /// Weights of one layer.
    record Weights(int layerIndex, PackedMatrix qkv, PackedMatrix outputGate, PackedMatrix out, FloatArray norm) {}

    DeviceLightning(ModelConfig config, List<Weights> layers, int slots) {
        this.config = config;
        this.slots = slots;
        this.qkv = DeviceMatrices.of(layers.stream().map(Weights::qkv).toList());
        this.outputGate =
                DeviceMatrices.of(layers.stream().map(Weights::outputGate).toList());
        this.out = DeviceMatrices.of(layers.stream().map(Weights::out).toList());
        this.norms = DeviceArrays.stacked(layers.stream().map(Weights::norm).toList());
        this.slopes = slopes(layers);
        this.states = DeviceArrays.zeros("lightning states", (long) layers.size() * slots * pieceSize());
    }

    private FloatArray slopes(List<Weights> layers) {
        int heads = config.headCount();
        FloatArray all = new FloatArray(layers.size() * heads);
        for (int i = 0; i < layers.size(); i++) {
            LightningDecay decay = new LightningDecay(
                    layers.get(i).layerIndex(), config.layerCount(), heads, config.headDim(), config.blockSize());
            for (int head = 0; head < heads; head++) {
                all.set(i * heads + head, (float) decay.slope(head));
            }
        }
        return all;
    }

    @Override
    public DeviceStore memory() {
        return new DeviceStore.OfArray(states);
    }

    @Override
    public int pieceSize() {
        return config.attentionSize() * config.headDim();
    }

    @Override
    public List<Object> resident() {
        List<Object> resident = new ArrayList<>(List.of(norms, slopes, states));
        List.of(qkv, outputGate, out).forEach(matrices -> resident.addAll(matrices.arrays()));
        return resident;
    }

    @Override
    public boolean joins() {
        return config.headDim() == CudaShapes.HEAD_DIM && qkv.joins() && outputGate.joins() && out.joins();
    }

    @Override
    public CudaLayer.Attention cudaAttention(Addresses addresses, int layer) {
        return new CudaLayer.Lightning(
                qkv.at(addresses, layer),
                outputGate.at(addresses, layer),
                out.at(addresses, layer),
                addresses.of(norms) + (long) layer * config.attentionSize() * Float.BYTES,
                addresses.of(slopes) + (long) layer * config.headCount() * Float.BYTES,
                addresses.of(states) + (long) layer * slots * pieceSize() * Float.BYTES,
                slots);
    }

    @Override
    public boolean decodesApart() {
        return true;
    }

    @Override
    public StepTables addTasks(KernelGraph graph, LayerBuffers buffers) {
        Tables tables = new Tables(buffers.rowMax());
        int attention = config.attentionSize();
        FloatArray projected = new FloatArray(Math.multiplyExact(buffers.rowMax(), 3 * attention));
        FloatArray gates = new FloatArray(buffers.rowMax() * attention);
        FloatArray attended = new FloatArray(buffers.rowMax() * attention);
        graph.bringAlways(tables.segments);
        graph.bringOnce(projected, gates, attended);
        qkv.product(graph, "qkv", buffers.tiles(), buffers.normed(), projected);
        boolean cuda = runsInCuda(graph);
        if (!cuda) {
            graph.tasks().task("silu", RowKernels::silu, graph.context(), buffers.step(), projected, 3 * attention);
            graph.launch("silu", RowKernels.GROUP, buffers.rowMax(), 1, 1);
        }
        addDecode(graph, buffers.step(), tables, projected, attended);
        if (!buffers.decodeOnly() && cuda) {
            addPrompts(graph, buffers.step(), tables, projected, attended);
        } else if (!buffers.decodeOnly()) {
            addBlocks(graph, buffers.step(), tables, projected, attended);
        }
        outputGate.product(graph, "outputGate", buffers.tiles(), buffers.normed(), gates);
        addNormAndGate(graph, buffers, attended, gates);
        out.product(graph, "out", buffers.tiles(), attended, buffers.branch());
        return tables;
    }

    /// By kernels in CUDA C, which take rows before SiLU.
    private boolean runsInCuda(KernelGraph graph) {
        return graph.cuda() && config.headDim() == CudaShapes.HEAD_DIM;
    }

    private void addNormAndGate(KernelGraph graph, LayerBuffers buffers, FloatArray attended, FloatArray gates) {
        int attention = config.attentionSize();
        if (graph.cuda()) {
            CudaRows.gatedNorm(graph, buffers, attended, norms, gates, attention, config.lightningNormEps());
            return;
        }
        graph.tasks()
                .task(
                        "norm",
                        RowKernels::rmsNorm,
                        graph.context(),
                        buffers.step(),
                        attended,
                        norms,
                        attended,
                        attention,
                        config.lightningNormEps())
                .task("gate", RowKernels::gate, graph.context(), buffers.step(), attended, gates, attention);
        graph.launch("norm", RowKernels.GROUP, buffers.rowMax(), 1, 1);
        graph.launch("gate", RowKernels.GROUP, buffers.rowMax(), 1, 1);
    }

    private void addBlocks(KernelGraph graph, IntArray step, Tables tables, FloatArray projected, FloatArray attended) {
        int heads = config.headCount();
        int headDim = config.headDim();
        FloatArray blockStates = DeviceArrays.zeros("block states", (long) tables.blockMax * pieceSize());
        graph.bringAlways(tables.blocks, tables.chains);
        graph.bringOnce(blockStates);
        graph.tasks()
                .task(
                        "blockStates",
                        LightningKernels::blockStates,
                        graph.context(),
                        step,
                        tables.blocks,
                        projected,
                        slopes,
                        blockStates,
                        heads,
                        headDim)
                .task(
                        "carryStates",
                        LightningKernels::carryStates,
                        graph.context(),
                        step,
                        tables.blocks,
                        tables.chains,
                        states,
                        slopes,
                        blockStates,
                        slots,
                        heads,
                        headDim)
                .task(
                        "blockOutputs",
                        LightningKernels::blockOutputs,
                        graph.context(),
                        step,
                        tables.blocks,
                        projected,
                        slopes,
                        blockStates,
                        attended,
                        heads,
                        headDim);
        graph.launch("blockStates", headDim, tables.blockMax, heads, headDim / LightningKernels.KEY_TILE);
        graph.launch("carryStates", headDim, tables.segmentMax, heads, headDim);
        graph.launch(
                "blockOutputs",
                headDim,
                tables.blockMax,
                heads,
                Math.ceilDiv(config.blockSize(), LightningKernels.ROW_TILE));
    }

    private void addPrompts(
            KernelGraph graph, IntArray step, Tables tables, FloatArray projected, FloatArray attended) {
        graph.bringAlways(tables.prompts);
        CudaTasks.add(
                graph.tasks(),
                "prompts",
                CudaShapes.lightningPrompt(config.headCount()),
                read(step),
                read(tables.prompts),
                read(projected),
                update(states),
                read(slopes),
                update(attended),
                read(slots),
                read(config.headCount()),
                read(tables.segmentMax),
                read(1));
    }

    private void addDecode(KernelGraph graph, IntArray step, Tables tables, FloatArray projected, FloatArray attended) {
        int heads = config.headCount();
        int headDim = config.headDim();
        if (runsInCuda(graph)) {
            CudaTasks.add(
                    graph.tasks(),
                    "decode",
                    CudaShapes.decode(tables.segmentMax, heads),
                    read(step),
                    read(tables.segments),
                    read(projected),
                    update(states),
                    read(slopes),
                    update(attended),
                    read(slots),
                    read(heads),
                    read(1));
        } else {
            graph.tasks()
                    .task(
                            "decode",
                            LightningKernels::decode,
                            graph.context(),
                            step,
                            tables.segments,
                            projected,
                            states,
                            slopes,
                            attended,
                            slots,
                            heads,
                            headDim);
            graph.launch("decode", headDim, tables.segmentMax, heads, 1);
        }
    }

    /// Which rows go through the recurrence, and which through blocks: `prompts` for one kernel, the others for three.
    private final class Tables implements StepTables {
        private final int segmentMax;
        private final int blockMax;
        private final IntArray segments;
        private final IntArray blocks;
        private final IntArray chains;
        private final IntArray prompts;

        Tables(int rowMax) {
            this.segmentMax = Math.min(rowMax, slots);
            this.blockMax = rowMax / config.blockSize() + segmentMax;
            this.segments = new IntArray(segmentMax * LightningKernels.SEGMENT_INTS);
            this.blocks = new IntArray(blockMax * LightningKernels.BLOCK_INTS);
            this.chains = new IntArray(segmentMax * LightningKernels.CHAIN_INTS);
            this.prompts = new IntArray(segmentMax * LightningKernels.SEGMENT_INTS);
        }

        @Override
        public void fill(DeviceRows rows) {
            segments.init(0);
            blocks.init(0);
            chains.init(0);
            prompts.init(0);
            int decodes = 0;
            int prefills = 0;
            int firstBlock = 0;
            for (DeviceRows.Segment segment : rows.segments()) {
                int fresh = segment.startPosition() == 0 ? 1 : 0;
                if (segment.decode()) {
                    int at = decodes++ * LightningKernels.SEGMENT_INTS;
                    DeviceArrays.set(segments, at, segment.firstRow(), segment.rowCount(), segment.slot(), fresh);
                } else {
                    int at = prefills * LightningKernels.SEGMENT_INTS;
                    DeviceArrays.set(prompts, at, segment.firstRow(), segment.rowCount(), segment.slot(), fresh);
                    int count = addBlocks(segment, firstBlock);
                    at = prefills++ * LightningKernels.CHAIN_INTS;
                    DeviceArrays.set(chains, at, firstBlock, count, segment.slot(), fresh);
                    firstBlock += count;
                }
            }
        }

        private int addBlocks(DeviceRows.Segment segment, int firstBlock) {
            int block = firstBlock;
            int size = config.blockSize();
            for (int row = 0; row < segment.rowCount(); row += size) {
                int rows = Math.min(size, segment.rowCount() - row);
                DeviceArrays.set(blocks, block++ * LightningKernels.BLOCK_INTS, segment.firstRow() + row, rows);
            }
            return block - firstBlock;
        }
    }
}
