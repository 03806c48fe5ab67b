package io.thunderhead.tornado;

import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.tornado.kernels.ProductKernels;
import io.thunderhead.tornado.kernels.RowKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Experts of one layer whose weights stay on a device: rows go there, results come back, nothing else.
///
/// A graph for each of a few row counts, because TornadoVM moves whole arrays: rows take the smallest that holds them.
/// One thread at a time; the weights handed in are not needed afterwards.
final class DeviceExperts implements AutoCloseable {
    private final int hidden;
    private final List<Bucket> buckets = new ArrayList<>();
    private final ResidentPlan plan;

    /// Buffers and graph for up to `rowMax` rows.
    private record Bucket(
            int rowMax, IntArray step, IntArray tiles, FloatArray x, FloatArray gate, FloatArray up, FloatArray y) {}

    /// @param experts at least one, all of one shape and format
    /// @param rowMaxima of the graphs, ascending
    DeviceExperts(List<FeedForwardWeights> experts, int... rowMaxima) {
        DeviceMatrices gate =
                DeviceMatrices.of(experts.stream().map(FeedForwardWeights::gate).toList());
        DeviceMatrices up =
                DeviceMatrices.of(experts.stream().map(FeedForwardWeights::up).toList());
        DeviceMatrices down =
                DeviceMatrices.of(experts.stream().map(FeedForwardWeights::down).toList());
        this.hidden = down.outSize();
        List<Object> resident = Stream.of(gate, up, down)
                .flatMap(matrices -> matrices.arrays().stream())
                .toList();
        List<KernelGraph> graphs = new ArrayList<>();
        for (int rowMax : rowMaxima) {
            Bucket bucket = bucket(rowMax, Tiles.max(rowMax, experts.size()), gate.outSize());
            KernelGraph graph = new KernelGraph("experts" + rowMax);
            graph.resident(graphs.isEmpty() ? null : graphs.getFirst(), resident);
            addTasks(graph, bucket, gate, up, down);
            if (graphs.isEmpty()) {
                graph.keep(resident);
            }
            graphs.add(graph);
            buckets.add(bucket);
        }
        this.plan = new ResidentPlan(graphs);
        bringToDevice();
    }

    private Bucket bucket(int rowMax, int tileMax, int intermediate) {
        return new Bucket(
                rowMax,
                new IntArray(2),
                new IntArray(tileMax * ProductKernels.TILE_INTS),
                new FloatArray(Math.multiplyExact(rowMax, hidden)),
                new FloatArray(Math.multiplyExact(rowMax, intermediate)),
                new FloatArray(Math.multiplyExact(rowMax, intermediate)),
                new FloatArray(Math.multiplyExact(rowMax, hidden)));
    }

    private void addTasks(
            KernelGraph graph, Bucket bucket, DeviceMatrices gate, DeviceMatrices up, DeviceMatrices down) {
        int tileMax = bucket.tiles().getSize() / ProductKernels.TILE_INTS;
        graph.tasks()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, bucket.step(), bucket.tiles(), bucket.x())
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, bucket.gate(), bucket.up(), bucket.y());
        gate.product(graph, "gate", bucket.tiles(), tileMax, bucket.x(), bucket.gate());
        up.product(graph, "up", bucket.tiles(), tileMax, bucket.x(), bucket.up());
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
        down.product(graph, "down", bucket.tiles(), tileMax, bucket.gate(), bucket.y());
        graph.tasks().transferToHost(DataTransferMode.EVERY_EXECUTION, bucket.y());
    }

    /// Also compiles all kernels, so that the first request does not wait for them.
    private void bringToDevice() {
        for (int i = 0; i < buckets.size(); i++) {
            buckets.get(i).tiles().init(0);
            buckets.get(i).step().init(0);
            plan.execute(i);
        }
    }

    /// `y[r]` becomes expert `experts[g]` of `x[r]` for the rows `[firstRows[g], firstRows[g + 1])` of group `g`.
    ///
    /// @param experts by their place in the list given to the constructor
    /// @param x,y `[rows, hidden]`
    void run(int[] experts, int[] firstRows, int groups, float[] x, float[] y) {
        int rows = firstRows[groups];
        int rowMax = buckets.getLast().rowMax();
        for (int from = 0; from < rows; from += rowMax) {
            runSlice(experts, firstRows, groups, from, Math.min(rows, from + rowMax), x, y);
        }
    }

    private void runSlice(int[] experts, int[] firstRows, int groups, int from, int end, float[] x, float[] y) {
        int index = smallestFor(end - from);
        Bucket bucket = buckets.get(index);
        int[] inSlice = Arrays.stream(firstRows, 0, groups + 1)
                .map(row -> Math.clamp(row, from, end) - from)
                .toArray();
        int tileMax = bucket.tiles().getSize() / ProductKernels.TILE_INTS;
        int[] tiles = Tiles.grouped(experts, inSlice, groups, tileMax);
        MemorySegment.copy(tiles, 0, bucket.tiles().getSegment(), ValueLayout.JAVA_INT, 0, tiles.length);
        bucket.step().set(0, end - from);
        int length = (end - from) * hidden;
        MemorySegment.copy(x, from * hidden, bucket.x().getSegment(), ValueLayout.JAVA_FLOAT, 0, length);
        plan.execute(index);
        MemorySegment.copy(bucket.y().getSegment(), ValueLayout.JAVA_FLOAT, 0, y, from * hidden, length);
    }

    private int smallestFor(int rows) {
        int index = 0;
        while (buckets.get(index).rowMax() < rows) {
            index++;
        }
        return index;
    }

    @Override
    public void close() {
        plan.close();
    }
}
