package io.thunderhead.tornado;

import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;
import static io.thunderhead.tornado.cuda.CudaTasks.write;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.HeadShape;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.Rotary;
import io.thunderhead.tornado.cuda.Addresses;
import io.thunderhead.tornado.cuda.CudaTasks;
import io.thunderhead.tornado.kernels.SoftmaxKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Softmax attention of some layers, with so many pages of keys and values for each.
final class DeviceSoftmax implements DeviceAttention {
    private final ModelConfig config;
    private final int pageCount;
    private final Rotary rotary;
    private final DeviceMatrices query;
    private final DeviceMatrices key;
    private final DeviceMatrices value;
    private final DeviceMatrices out;
    private final DeviceStore pages;

    /// Weights of one layer.
    record Weights(PackedMatrix query, PackedMatrix key, PackedMatrix value, PackedMatrix out) {}

    DeviceSoftmax(Target target, ModelConfig config, List<Weights> layers, int pageCount) {
        this.config = config;
        this.pageCount = pageCount;
        HeadShape shape = new HeadShape(config.headCount(), config.kvHeadCount(), config.headDim());
        this.rotary = new Rotary(shape, config.rotaryDim(), config.ropeTheta());
        this.query = DeviceMatrices.of(layers.stream().map(Weights::query).toList());
        this.key = DeviceMatrices.of(layers.stream().map(Weights::key).toList());
        this.value = DeviceMatrices.of(layers.stream().map(Weights::value).toList());
        this.out = DeviceMatrices.of(layers.stream().map(Weights::out).toList());
        long size = (long) layers.size() * pageCount * pieceSize();
        this.pages = attendsInCuda(target.cuda(), config)
                ? DeviceStore.OfRegion.of(target, "KV pages", size)
                : new DeviceStore.OfArray(DeviceArrays.zeros("KV pages", size));
    }

    static boolean attendsInCuda(boolean cuda, ModelConfig config) {
        return cuda && QueryTiles.suit(config);
    }

    @Override
    public DeviceStore memory() {
        return pages;
    }

    @Override
    public int pieceSize() {
        return pieceSize(config);
    }

    static int pieceSize(ModelConfig config) {
        return 2 * SoftmaxKernels.PAGE * config.kvSize();
    }

    @Override
    public List<Object> resident() {
        List<Object> resident = new ArrayList<>(pages.arrays());
        List.of(query, key, value, out).forEach(matrices -> resident.addAll(matrices.arrays()));
        return resident;
    }

    @Override
    public boolean joins() {
        return pages instanceof DeviceStore.OfRegion && query.joins() && key.joins() && value.joins() && out.joins();
    }

    @Override
    public CudaLayer.Attention cudaAttention(Addresses addresses, int layer) {
        if (!(pages instanceof DeviceStore.OfRegion memory)) {
            throw new IllegalStateException("device: pages have no address");
        }
        return new CudaLayer.Softmax(
                query.at(addresses, layer),
                key.at(addresses, layer),
                value.at(addresses, layer),
                out.at(addresses, layer),
                memory.region().address() + (long) layer * pageCount * pieceSize() * Float.BYTES,
                pageCount);
    }

    @Override
    public boolean decodesApart() {
        return false;
    }

    @Override
    public StepTables addTasks(KernelGraph graph, LayerBuffers buffers) {
        int rowMax = buffers.rowMax();
        Tables tables = new Tables(buffers, attendsInCuda(graph.cuda(), config));
        FloatArray q = new FloatArray(rowMax * config.attentionSize());
        FloatArray k = new FloatArray(rowMax * config.kvSize());
        FloatArray v = new FloatArray(rowMax * config.kvSize());
        FloatArray attended = new FloatArray(rowMax * config.attentionSize());
        FloatArray partials = DeviceArrays.zeros(
                "partial sums", (long) partsMax(rowMax) * config.headCount() * (config.headDim() + 2));
        graph.bringAlways(tables.rowTable, tables.pageTable, tables.turns);
        if (attendsInCuda(graph.cuda(), config)) {
            graph.bringAlways(tables.parts);
        }
        graph.bringOnce(q, k, v, attended, partials);
        query.product(graph, "query", buffers.tiles(), buffers.normed(), q);
        key.product(graph, "key", buffers.tiles(), buffers.normed(), k);
        value.product(graph, "value", buffers.tiles(), buffers.normed(), v);
        addAttention(graph, buffers, tables, q, k, v, attended, partials);
        out.product(graph, "out", buffers.tiles(), attended, buffers.branch());
        return tables;
    }

    private void addAttention(
            KernelGraph graph,
            LayerBuffers buffers,
            Tables tables,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray attended,
            FloatArray partials) {
        switch (pages) {
            case DeviceStore.OfArray(FloatArray array) -> addInJava(graph, buffers, tables, q, k, v, array, partials);
            case DeviceStore.OfRegion _ -> addInCuda(graph, buffers, tables, q, k, v, partials);
        }
        graph.tasks()
                .task(
                        "combine",
                        SoftmaxKernels::combine,
                        graph.context(),
                        buffers.step(),
                        partials,
                        attended,
                        config.headCount(),
                        config.headDim());
        graph.launch("combine", config.headDim(), buffers.rowMax(), config.headCount(), 1);
    }

    private void addInCuda(
            KernelGraph graph,
            LayerBuffers buffers,
            Tables tables,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray partials) {
        CudaTasks.add(
                graph.tasks(),
                "store",
                CudaShapes.storeKeysValues(buffers.rowMax(), config.headCount(), config.kvHeadCount()),
                read(buffers.step()),
                read(tables.rowTable),
                read(tables.pageTable),
                read(tables.turns),
                update(q),
                read(k),
                read(v),
                pages.argument(),
                read(pageCount),
                read(config.headCount()),
                read(config.kvHeadCount()),
                read(rotary.pairCount()));
        CudaTasks.add(
                graph.tasks(),
                "attend",
                CudaShapes.attendPages(tables.partMax(), config.kvHeadCount()),
                read(buffers.step()),
                read(tables.parts),
                read(tables.pageTable),
                read(q),
                pages.argument(),
                write(partials),
                read(pageCount),
                read(config.headCount()),
                read(config.kvHeadCount()),
                read(tables.partMax()));
    }

    private void addInJava(
            KernelGraph graph,
            LayerBuffers buffers,
            Tables tables,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray array,
            FloatArray partials) {
        int heads = config.headCount();
        int kvHeads = config.kvHeadCount();
        int headDim = config.headDim();
        graph.tasks()
                .task(
                        "store",
                        SoftmaxKernels::storeKeysValues,
                        graph.context(),
                        buffers.step(),
                        tables.rowTable,
                        tables.pageTable,
                        tables.turns,
                        q,
                        k,
                        v,
                        array,
                        pageCount,
                        heads,
                        kvHeads,
                        headDim,
                        rotary.pairCount())
                .task(
                        "attend",
                        SoftmaxKernels::attend,
                        graph.context(),
                        buffers.step(),
                        tables.rowTable,
                        tables.pageTable,
                        q,
                        array,
                        partials,
                        pageCount,
                        heads,
                        kvHeads,
                        headDim);
        graph.launch("store", headDim, buffers.rowMax(), heads + 2 * kvHeads, 1);
        graph.launch("attend", SoftmaxKernels.GROUP, buffers.rowMax(), heads, QueryTiles.SPLIT_MAX);
    }

    private static int splits(int rows) {
        return Math.clamp(QueryTiles.SPLIT_ROWS_MAX / rows, 1, QueryTiles.SPLIT_MAX);
    }

    private static int partsMax(int rowMax) {
        return Math.max(rowMax, Math.min(QueryTiles.SPLIT_ROWS_MAX, rowMax * QueryTiles.SPLIT_MAX));
    }

    /// Where each row stands and where its past lies.
    private final class Tables implements StepTables {
        private final LayerBuffers buffers;
        private final boolean cuda;
        private final IntArray rowTable;
        private final IntArray pageTable;
        private final IntArray parts;
        private final FloatArray turns;
        private final float[] turnsOfRow;

        Tables(LayerBuffers buffers, boolean cuda) {
            this.buffers = buffers;
            this.cuda = cuda;
            this.rowTable = new IntArray(buffers.rowMax() * SoftmaxKernels.ROW_INTS);
            this.pageTable = new IntArray(pageCount);
            this.parts = new IntArray(partMax() * CudaShapes.PART_INTS);
            this.turnsOfRow = new float[2 * rotary.pairCount()];
            this.turns = new FloatArray(Math.max(1, buffers.rowMax() * turnsOfRow.length));
            rowTable.init(0);
            pageTable.init(0);
        }

        private int partMax() {
            return partsMax(buffers.rowMax());
        }

        @Override
        public void fill(DeviceRows rows) {
            int splits = cuda ? QueryTiles.splits(config, rows) : splits(Math.max(1, rows.rowCount()));
            buffers.step().set(2, splits);
            if (cuda) {
                parts.init(0);
                QueryTiles.put(
                        config,
                        rows,
                        splits,
                        (number, values) -> DeviceArrays.set(parts, number * CudaShapes.PART_INTS, values));
            }
            int firstPage = 0;
            for (DeviceRows.Segment segment : rows.segments()) {
                for (int i = 0; i < segment.rowCount(); i++) {
                    fillRow(segment.firstRow() + i, segment.startPosition() + i, firstPage);
                }
                for (int page : segment.pages()) {
                    pageTable.set(firstPage++, page);
                }
            }
        }

        private void fillRow(int row, int position, int firstPage) {
            DeviceArrays.set(rowTable, row * SoftmaxKernels.ROW_INTS, position, firstPage);
            rotary.turnsAt(position, turnsOfRow);
            DeviceArrays.copy(turnsOfRow, 0, turnsOfRow.length, turns, row * turnsOfRow.length);
        }
    }
}
