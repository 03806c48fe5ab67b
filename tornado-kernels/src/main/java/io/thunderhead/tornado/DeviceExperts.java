package io.thunderhead.tornado;

import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.tornado.cuda.Addresses;
import io.thunderhead.tornado.kernels.RowKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Experts whose weights stay on a device, in numbered places: rows go there, results come back, nothing else.
///
/// A graph for each of a few row counts, because TornadoVM moves whole arrays: rows take the smallest that holds them.
/// And one that writes a place, so that experts come and go while others compute. Thread-safe: one operation at a time.
final class DeviceExperts implements AutoCloseable {
    private final int hidden;
    private final DeviceMatrices gate;
    private final DeviceMatrices up;
    private final DeviceMatrices down;
    private final Written gateWritten;
    private final Written upWritten;
    private final Written downWritten;
    private final List<Bucket> buckets = new ArrayList<>();
    private final ResidentPlan plan;
    private final Addresses addresses = new Addresses();
    private final boolean cuda;

    /// Buffers and graph for up to `rowMax` rows.
    private record Bucket(
            int rowMax, IntArray step, Tiles tiles, FloatArray x, FloatArray gate, FloatArray up, FloatArray y) {}

    /// A matrix on its way to its place.
    private record Written(DeviceMatrices one, DeviceMatrices.Place place) {
        Written(PackedMatrix model) {
            this(DeviceMatrices.roomFor(model, 1), new DeviceMatrices.Place());
        }

        void set(int index, PackedMatrix matrix) {
            one.put(0, matrix);
            place.set(index, matrix);
        }
    }

    /// Holding these from the start: expert `i` in place `i`.
    DeviceExperts(Target target, List<FeedForwardWeights> experts, int... rowMaxima) {
        this(target, experts.getFirst(), experts.size(), rowMaxima);
        for (int i = 0; i < experts.size(); i++) {
            put(i, experts.get(i));
        }
    }

    /// @param model has the shapes and formats of all
    /// @param places of which no one holds an expert yet
    /// @param rowMaxima of the graphs, ascending
    DeviceExperts(Target target, FeedForwardWeights model, int places, int... rowMaxima) {
        this.gate = DeviceMatrices.roomFor(model.gate(), places);
        this.up = DeviceMatrices.roomFor(model.up(), places);
        this.down = DeviceMatrices.roomFor(model.down(), places);
        this.gateWritten = new Written(model.gate());
        this.upWritten = new Written(model.up());
        this.downWritten = new Written(model.down());
        this.hidden = down.outSize();
        List<Object> resident = Stream.of(gate, up, down)
                .flatMap(matrices -> matrices.arrays().stream())
                .toList();
        List<KernelGraph> graphs = new ArrayList<>();
        for (int rowMax : rowMaxima) {
            Bucket bucket = bucket(rowMax, places, gate.outSize());
            KernelGraph graph = new KernelGraph("experts" + rowMax, target.cuda());
            graph.resident(graphs.isEmpty() ? null : graphs.getFirst(), resident);
            addTasks(graph, bucket);
            if (graphs.isEmpty()) {
                graph.locate(resident, addresses);
                graph.keep(resident);
            }
            graphs.add(graph);
            buckets.add(bucket);
        }
        graphs.add(writeGraph(graphs.getFirst(), resident));
        this.cuda = target.cuda();
        this.plan = new ResidentPlan(target, graphs);
        try {
            bringToDevice();
        } catch (RuntimeException | Error e) {
            plan.close();
            throw e;
        }
    }

    private KernelGraph writeGraph(KernelGraph first, List<Object> resident) {
        KernelGraph graph = new KernelGraph("expert", first.cuda());
        graph.resident(first, resident);
        gate.addWrite(graph, "gate", gateWritten.one(), gateWritten.place());
        up.addWrite(graph, "up", upWritten.one(), upWritten.place());
        down.addWrite(graph, "down", downWritten.one(), downWritten.place());
        return graph;
    }

    private Bucket bucket(int rowMax, int places, int intermediate) {
        return new Bucket(
                rowMax,
                new IntArray(2),
                new Tiles(rowMax, places, wideRows(rowMax)),
                new FloatArray(Math.multiplyExact(rowMax, hidden)),
                new FloatArray(Math.multiplyExact(rowMax, intermediate)),
                new FloatArray(Math.multiplyExact(rowMax, intermediate)),
                new FloatArray(Math.multiplyExact(rowMax, hidden)));
    }

    /// By how many rows an expert will have of them.
    private static int wideRows(int rowMax) {
        if (rowMax <= 2) {
            return 1;
        }
        return rowMax <= 256 ? CudaShapes.FEW_ROWS : CudaShapes.MANY_ROWS;
    }

    private void addTasks(KernelGraph graph, Bucket bucket) {
        graph.bringAlways(bucket.step(), bucket.x());
        graph.bringAlways(bucket.tiles().arrays());
        graph.bringOnce(bucket.gate(), bucket.up(), bucket.y());
        if (!gate.gateUp(graph, "gateUp", bucket.tiles(), up, bucket.x(), bucket.gate())) {
            addGateAndUp(graph, bucket);
        }
        down.product(graph, "down", bucket.tiles(), bucket.gate(), bucket.y());
        graph.sendAlways(bucket.y());
    }

    private void addGateAndUp(KernelGraph graph, Bucket bucket) {
        gate.product(graph, "gate", bucket.tiles(), bucket.x(), bucket.gate());
        up.product(graph, "up", bucket.tiles(), bucket.x(), bucket.up());
        graph.tasks()
                .task(
                        "activate",
                        RowKernels::siluTimes,
                        graph.context(),
                        bucket.step(),
                        bucket.gate(),
                        bucket.up(),
                        gate.outSize());
        graph.launch("activate", RowKernels.GROUP, bucket.rowMax(), 1, 1);
    }

    /// Also compiles all kernels, so that the first request does not wait for them.
    private void bringToDevice() {
        for (int i = 0; i < buckets.size(); i++) {
            buckets.get(i).tiles().clear();
            buckets.get(i).step().init(0);
            plan.execute(i);
        }
        List.of(gateWritten, upWritten, downWritten)
                .forEach(written -> written.place().clear());
        plan.execute(buckets.size());
    }

    boolean joins() {
        return cuda && gate.joins() && up.joins() && down.joins();
    }

    /// Where the experts lie on a device with CUDA: a matrix of each, from the first place on.
    Located located() {
        return new Located(gate.at(addresses, 0), up.at(addresses, 0), down.at(addresses, 0));
    }

    record Located(CudaLayer.Matrix gate, CudaLayer.Matrix up, CudaLayer.Matrix down) {}

    /// Copies an expert's weights to a place; they are not needed afterwards.
    synchronized void put(int place, FeedForwardWeights weights) {
        gateWritten.set(place, weights.gate());
        upWritten.set(place, weights.up());
        downWritten.set(place, weights.down());
        plan.execute(buckets.size());
    }

    /// `y[r]` becomes the expert in place `places[g]` of `x[r]` for the rows `[firstRows[g], firstRows[g + 1])` of
    /// group `g`; other rows of `y` are left alone.
    ///
    /// @param x,y `[rows, hidden]`
    synchronized void run(int[] places, int[] firstRows, int groups, float[] x, float[] y) {
        int end = firstRows[groups];
        int rowMax = buckets.getLast().rowMax();
        for (int from = firstRows[0]; from < end; from += rowMax) {
            runSlice(places, firstRows, groups, from, Math.min(end, from + rowMax), x, y);
        }
    }

    private void runSlice(int[] places, int[] firstRows, int groups, int from, int end, float[] x, float[] y) {
        int index = smallestFor(end - from);
        Bucket bucket = buckets.get(index);
        int[] inSlice = Arrays.stream(firstRows, 0, groups + 1)
                .map(row -> Math.clamp(row, from, end) - from)
                .toArray();
        bucket.tiles().setGrouped(places, inSlice, groups);
        bucket.step().set(0, end - from);
        int length = (end - from) * hidden;
        DeviceArrays.copy(x, from * hidden, length, bucket.x(), 0);
        plan.execute(index);
        DeviceArrays.copy(bucket.y(), length, y, from * hidden);
    }

    private int smallestFor(int rows) {
        int index = 0;
        while (buckets.get(index).rowMax() < rows) {
            index++;
        }
        return index;
    }

    @Override
    public synchronized void close() {
        plan.close();
    }
}
