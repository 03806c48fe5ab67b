package io.thunderhead.tornado;

import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightFormat;
import io.thunderhead.tornado.kernels.CopyKernels;
import io.thunderhead.tornado.kernels.LightningKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Measures kernels on the default device and prints a line for each: name, value, unit. Times are medians of the wall
/// clock around a graph, its launches included, its bulk transfers not, unless the name says so. Started by
/// bench/gpu.sh.
final class GpuMeasurements {
    private static final int WARM_UPS = 3;
    private static final int RUNS = 15;
    private static final int BLOCK = 256;

    private final Sizes sizes;

    private record Sizes(
            int heads,
            int headDim,
            int batch,
            List<Integer> promptTokens,
            int hidden,
            int intermediate,
            int experts,
            int copyFloats) {
        /// One layer of MiniMax-Text-01.
        static final Sizes REAL = new Sizes(64, 128, 64, List.of(8192, 65_536), 6144, 9216, 32, 1 << 28);
        /// To see on any machine that everything runs.
        static final Sizes TINY = new Sizes(2, 16, 3, List.of(300), 64, 96, 4, 1 << 12);
    }

    private GpuMeasurements(Sizes sizes) {
        this.sizes = sizes;
    }

    public static void main(String[] args) {
        boolean tiny = args.length > 0 && args[0].equals("tiny");
        GpuMeasurements measurements = new GpuMeasurements(tiny ? Sizes.TINY : Sizes.REAL);
        measurements.copy();
        measurements.lightningDecode();
        for (int tokens : measurements.sizes.promptTokens()) {
            measurements.lightningPrefill(tokens);
        }
        measurements.expertDecode();
    }

    private void copy() {
        int count = sizes.copyFloats();
        FloatArray from = zeros(count);
        FloatArray to = zeros(count);
        IntArray where = IntArray.fromElements(0, count);
        KernelGraph graph = new KernelGraph("copy", false);
        graph.tasks()
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, from, to, where)
                .task("copy", CopyKernels::read, graph.context(), where, from, to)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, where);
        graph.launch("copy", CopyKernels.GROUP, Math.ceilDiv(count, CopyKernels.GROUP), 1, 1);
        print("copy bandwidth", 2.0 * count * Float.BYTES / median(graph) / 1e9, "GB/s");
    }

    /// A token of each sequence of the batch.
    private void lightningDecode() {
        int heads = sizes.heads();
        int headDim = sizes.headDim();
        int batch = sizes.batch();
        FloatArray qkv = random(batch * heads * 3 * headDim);
        FloatArray states = zeros(batch * heads * headDim * headDim);
        FloatArray slopes = random(heads);
        FloatArray out = zeros(batch * heads * headDim);
        IntArray step = IntArray.fromElements(batch, 0);
        IntArray segments = new IntArray(batch * LightningKernels.SEGMENT_INTS);
        for (int i = 0; i < batch; i++) {
            DeviceArrays.set(segments, i * LightningKernels.SEGMENT_INTS, i, 1, i, 0);
        }
        KernelGraph graph = new KernelGraph("decode", false);
        graph.tasks()
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, qkv, states, slopes, out, step, segments)
                .task(
                        "decode",
                        LightningKernels::decode,
                        graph.context(),
                        step,
                        segments,
                        qkv,
                        states,
                        slopes,
                        out,
                        batch,
                        heads,
                        headDim)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, step);
        graph.launch("decode", headDim, batch, heads, 1);
        double bytes = 2.0 * states.getSize() * Float.BYTES;
        print("lightning decode, batch " + batch, bytes / median(graph) / 1e9, "GB/s");
    }

    private void lightningPrefill(int tokens) {
        int heads = sizes.heads();
        int headDim = sizes.headDim();
        int blockCount = Math.ceilDiv(tokens, BLOCK);
        FloatArray qkv = random(Math.multiplyExact(tokens, heads * 3 * headDim));
        FloatArray states = zeros(heads * headDim * headDim);
        FloatArray slopes = random(heads);
        FloatArray blockStates = zeros(blockCount * heads * headDim * headDim);
        FloatArray out = zeros(tokens * heads * headDim);
        IntArray step = IntArray.fromElements(tokens, 0);
        IntArray blocks = new IntArray(blockCount * LightningKernels.BLOCK_INTS);
        for (int i = 0; i < blockCount; i++) {
            int rows = Math.min(BLOCK, tokens - i * BLOCK);
            DeviceArrays.set(blocks, i * LightningKernels.BLOCK_INTS, i * BLOCK, rows);
        }
        IntArray chains = IntArray.fromElements(0, blockCount, 0, 1);
        KernelGraph graph = new KernelGraph("prefill", false);
        graph.tasks()
                .transferToDevice(
                        DataTransferMode.FIRST_EXECUTION, qkv, states, slopes, blockStates, out, step, blocks, chains)
                .task(
                        "blockStates",
                        LightningKernels::blockStates,
                        graph.context(),
                        step,
                        blocks,
                        qkv,
                        slopes,
                        blockStates,
                        heads,
                        headDim)
                .task(
                        "carryStates",
                        LightningKernels::carryStates,
                        graph.context(),
                        step,
                        blocks,
                        chains,
                        states,
                        slopes,
                        blockStates,
                        1,
                        heads,
                        headDim)
                .task(
                        "blockOutputs",
                        LightningKernels::blockOutputs,
                        graph.context(),
                        step,
                        blocks,
                        qkv,
                        slopes,
                        blockStates,
                        out,
                        heads,
                        headDim)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, step);
        graph.launch("blockStates", headDim, blockCount, heads, headDim / LightningKernels.KEY_TILE);
        graph.launch("carryStates", headDim, 1, heads, headDim);
        graph.launch("blockOutputs", headDim, blockCount, heads, BLOCK / LightningKernels.ROW_TILE);
        print("lightning prefill, " + tokens + " tokens", median(graph) * 1e3, "ms");
    }

    /// Int8 experts; each token of the batch visits two neighbours, so that a large batch touches all. With the rows'
    /// way to the device and back.
    private void expertDecode() {
        try (Arena arena = Arena.ofShared()) {
            List<FeedForwardWeights> experts = IntStream.range(0, sizes.experts())
                    .mapToObj(i -> new FeedForwardWeights(
                            matrix(arena, sizes.intermediate(), sizes.hidden()),
                            matrix(arena, sizes.intermediate(), sizes.hidden()),
                            matrix(arena, sizes.hidden(), sizes.intermediate())))
                    .toList();
            try (DeviceExperts device = new DeviceExperts(DeviceRun.target(), experts, 2, 16, 128)) {
                for (int batch = 1; batch <= 64; batch *= 4) {
                    expertDecode(device, experts.getFirst().byteSize(), batch);
                }
            }
        }
    }

    private void expertDecode(DeviceExperts device, long bytesEach, int batch) {
        int groups = Math.min(sizes.experts(), 2 * batch);
        int[] chosen = IntStream.range(0, groups).toArray();
        int[] firstRows = IntStream.rangeClosed(0, groups)
                .map(group -> group * 2 * batch / groups)
                .toArray();
        float[] x = DeviceRun.random(1, 2 * batch * sizes.hidden());
        float[] y = new float[x.length];
        double seconds = median(() -> device.run(chosen, firstRows, groups, x, y));
        print("int8 experts with transfers, batch " + batch, groups * bytesEach / seconds / 1e9, "GB/s");
    }

    private static PackedMatrix matrix(Arena arena, int out, int in) {
        MemorySegment data = arena.allocate((long) Math.ceilDiv(out, PackedMatrix.PANEL) * PackedMatrix.PANEL * in);
        byte[] bytes = new byte[1 << 16];
        new SplittableRandom(1).nextBytes(bytes);
        for (long at = 0; at < data.byteSize(); at += bytes.length) {
            int length = (int) Math.min(bytes.length, data.byteSize() - at);
            MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, at, length);
        }
        MemorySegment scales = arena.allocate((long) out * Float.BYTES, Float.BYTES);
        for (int i = 0; i < out; i++) {
            scales.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1e-4f);
        }
        return new PackedMatrix(out, in, WeightFormat.INT8, data, scales);
    }

    private static double median(KernelGraph graph) {
        try (ResidentPlan plan = new ResidentPlan(DeviceRun.target(), List.of(graph))) {
            return median(() -> plan.execute(0));
        }
    }

    private static double median(Runnable work) {
        double[] seconds = new double[RUNS];
        for (int i = -WARM_UPS; i < RUNS; i++) {
            long start = System.nanoTime();
            work.run();
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return seconds[RUNS / 2];
    }

    private static FloatArray zeros(int count) {
        return DeviceArrays.zeros("measurement", count);
    }

    private static FloatArray random(int count) {
        FloatArray values = new FloatArray(count);
        SplittableRandom random = new SplittableRandom(count);
        for (int i = 0; i < count; i++) {
            values.set(i, (float) random.nextDouble(0, 1));
        }
        return values;
    }

    private static void print(String name, double value, String unit) {
        System.out.printf(Locale.ROOT, "java\t%s\t%.4g\t%s%n", name, value, unit);
    }
}
