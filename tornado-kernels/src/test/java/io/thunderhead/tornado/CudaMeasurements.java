package io.thunderhead.tornado;

import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;
import static io.thunderhead.tornado.cuda.CudaTasks.write;

import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaTasks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Measures what a CUDA device does by kernels in CUDA C and by cuBLAS, at the sizes of MiniMax-Text-01 and with random
/// numbers made on the device; prints a line for each: name, value, unit. Times are medians of the wall clock around a
/// graph that does the same several times, divided by that number. Started by bench/gpu.sh with the names of sections.
final class CudaMeasurements {
    private static final int RUNS = 9;
    private static final int WARM_UPS = 2;
    static final int HEADS = 64;
    static final int DIM = 128;
    static final int HIDDEN = 6144;
    static final int ATTENTION = HEADS * DIM;
    static final int INTERMEDIATE = 9216;
    static final int EXPERTS = 32;

    /// Arrays filled on the device by a first graph, and kept there.
    static final class Filled {
        private final List<Object> arrays = new ArrayList<>();
        private final KernelGraph fill = new KernelGraph("fill", true);
        private final CudaTasks.Bundle filling = new CudaTasks.Bundle();

        IntArray bf16(int count) {
            IntArray pairs = new IntArray(count / 2);
            CudaCall.Launch launch = new CudaCall.Launch("fillBf16", 1056, 1, 256);
            add(launch, pairs, read((long) pairs.getSize()), read(arrays.size()), read(1f));
            return pairs;
        }

        IntArray words(int count) {
            IntArray words = new IntArray(count);
            add(new CudaCall.Launch("fillWords", 1056, 1, 256), words, read((long) count), read(arrays.size()));
            return words;
        }

        FloatArray floats(int count, float size) {
            FloatArray floats = new FloatArray(count);
            CudaCall.Launch launch = new CudaCall.Launch("fillFloats", 1056, 1, 256);
            add(launch, floats, read((long) count), read(arrays.size()), read(size));
            return floats;
        }

        private void add(CudaCall.Launch launch, Object array, CudaTasks.Argument... numbers) {
            CudaTasks.Argument[] arguments = new CudaTasks.Argument[numbers.length + 1];
            arguments[0] = write(array);
            System.arraycopy(numbers, 0, arguments, 1, numbers.length);
            filling.add(launch, arguments);
            arrays.add(array);
        }

        /// Seconds that one of `times` repetitions takes.
        double seconds(int times, boolean cudaGraph, List<Object> host, Consumer<Repetition> work) {
            return seconds(times, cudaGraph, host, work, null);
        }

        /// @param result comes to the host at the end of each run; null for nothing of interest
        double seconds(
                int times, boolean cudaGraph, List<Object> host, Consumer<Repetition> work, @Nullable Object result) {
            double[] seconds = secondsOfRuns(times, RUNS, cudaGraph, host, List.of(), run -> {}, work, result);
            Arrays.sort(seconds);
            return seconds[RUNS / 2] / times;
        }

        /// Seconds of each run of a graph that does the work so many times.
        ///
        /// @param changing goes to the device in each run
        /// @param before what changes it, told the number of the run; runs to warm up are number 0
        double[] secondsOfRuns(
                int times,
                int runs,
                boolean cudaGraph,
                List<Object> host,
                List<Object> changing,
                IntConsumer before,
                Consumer<Repetition> work,
                @Nullable Object result) {
            KernelGraph run = new KernelGraph("run", true);
            // a graph takes over only what it uses
            Set<Object> used = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int i = 0; i < times; i++) {
                work.accept(new Repetition(new KernelGraph("rehearsal" + i, true), i, used));
            }
            IntArray done = new IntArray(4);
            filling.addTo(fill.tasks(), "filling");
            CudaTasks.add(
                    fill.tasks(), "done", new CudaCall.Launch("fillWords", 1, 1, 32), write(done), read(4L), read(1));
            fill.keep(arrays);
            fill.tasks().transferToHost(DataTransferMode.EVERY_EXECUTION, done);
            run.resident(fill, arrays.stream().filter(used::contains).toList());
            if (!host.isEmpty()) {
                run.tasks().transferToDevice(DataTransferMode.FIRST_EXECUTION, host.toArray());
            }
            if (!changing.isEmpty()) {
                run.tasks().transferToDevice(DataTransferMode.EVERY_EXECUTION, changing.toArray());
            }
            for (int i = 0; i < times; i++) {
                work.accept(new Repetition(run, i, used));
            }
            IntArray end = new IntArray(4);
            CudaTasks.add(
                    run.tasks(), "end", new CudaCall.Launch("fillWords", 1, 1, 32), write(end), read(4L), read(1));
            run.tasks().transferToHost(DataTransferMode.EVERY_EXECUTION, result == null ? end : result);
            try (TornadoExecutionPlan plan = new TornadoExecutionPlan(fill.snapshot(), run.snapshot())) {
                plan.withGraph(0).execute();
                TornadoExecutionPlan measured = plan.withGraph(1);
                if (cudaGraph) {
                    measured = measured.withCUDAGraph();
                }
                double[] seconds = new double[runs];
                for (int i = -WARM_UPS; i < runs; i++) {
                    before.accept(Math.max(i, 0));
                    long start = System.nanoTime();
                    measured.execute();
                    if (i >= 0) {
                        seconds[i] = (System.nanoTime() - start) / 1e9;
                    }
                }
                return seconds;
            } catch (TornadoExecutionPlanException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    record Repetition(KernelGraph graph, int index, Set<Object> used) {
        void addEarly(CudaTasks.Bundle bundle, CudaCall.Launch launch, CudaTasks.Argument... arguments) {
            for (CudaTasks.Argument argument : arguments) {
                used.add(argument.value());
            }
            bundle.addEarly(launch, arguments);
        }

        void add(String id, CudaCall call, CudaTasks.Argument... arguments) {
            for (CudaTasks.Argument argument : arguments) {
                used.add(argument.value());
            }
            CudaTasks.add(graph.tasks(), id + index, call, arguments);
        }
    }

    private CudaMeasurements() {}

    public static void main(String[] sections) {
        for (String section : sections) {
            switch (section) {
                case "products" -> products();
                case "grouped" -> groupedExperts(4096);
                case "decode" -> lightningDecode(64);
                case "prefill8k" -> lightningPrefill(8192, 40);
                case "prefill64k" -> lightningPrefill(65_536, 8);
                case "experts" -> IntStream.of(1, 4, 16, 64).forEach(batch -> expertDecode(batch));
                case "launches" -> launches();
                case "slice1" -> new CudaSlice(8, 1).decode();
                case "slice16" -> new CudaSlice(8, 16).decode();
                case "slice64" -> new CudaSlice(8, 64).decode();
                case "layer4k" -> CudaPrompt.layer(4096);
                case "layer16k" -> CudaPrompt.layer(16_384);
                case "prompt4k" -> CudaPrompt.slice(4096, 1);
                case "prompt1m" -> CudaPrompt.slice(16_384, 64);
                default -> throw new IllegalArgumentException("unknown section " + section);
            }
        }
    }

    private static void products() {
        product("qkv", 3 * ATTENTION, HIDDEN);
        product("gate", ATTENTION, HIDDEN);
        product("out", HIDDEN, ATTENTION);
    }

    private static void product(String name, int out, int in) {
        for (int rows : new int[] {1024, 4096, 16_384}) {
            Filled filled = new Filled();
            IntArray x = filled.bf16(rows * in);
            IntArray w = filled.bf16(out * in);
            IntArray y = filled.bf16(rows * out);
            double seconds = filled.seconds(
                    20,
                    false,
                    List.of(),
                    run -> run.add("product", new CudaCall.Product(rows, out, in), read(x), read(w), write(y)));
            print("product " + name + ", " + rows + " tokens", 2.0 * rows * out * in / seconds / 1e12, "TFLOP/s");
        }
    }

    private static void groupedExperts(int tokens) {
        int rows = 2 * tokens / EXPERTS;
        Filled filled = new Filled();
        IntArray x = filled.bf16(2 * tokens * HIDDEN);
        IntArray gate = filled.bf16(EXPERTS * INTERMEDIATE * HIDDEN);
        IntArray up = filled.bf16(EXPERTS * INTERMEDIATE * HIDDEN);
        IntArray down = filled.bf16(EXPERTS * INTERMEDIATE * HIDDEN);
        IntArray gates = filled.bf16(2 * tokens * INTERMEDIATE);
        IntArray ups = filled.bf16(2 * tokens * INTERMEDIATE);
        IntArray y = filled.bf16(2 * tokens * HIDDEN);
        IntArray groups = new IntArray(3 * EXPERTS);
        for (int i = 0; i < EXPERTS; i++) {
            DeviceArrays.set(groups, 3 * i, i * rows, rows, i);
        }
        double seconds = filled.seconds(
                4,
                false,
                List.of(groups),
                run -> run.add(
                        "experts",
                        new CudaCall.GroupedExperts(EXPERTS, HIDDEN, INTERMEDIATE),
                        read(x),
                        read(gate),
                        read(up),
                        read(down),
                        update(gates),
                        update(ups),
                        write(y),
                        read(groups)));
        double operations = 6.0 * 2 * tokens * HIDDEN * INTERMEDIATE;
        print("grouped experts, " + tokens + " tokens", operations / seconds / 1e12, "TFLOP/s");
    }

    static IntArray segments(int count, int rows) {
        IntArray segments = new IntArray(4 * count);
        for (int i = 0; i < count; i++) {
            DeviceArrays.set(segments, 4 * i, i * rows, rows, i, 0);
        }
        return segments;
    }

    static FloatArray slopes() {
        FloatArray slopes = new FloatArray(HEADS);
        for (int head = 0; head < HEADS; head++) {
            slopes.set(head, (float) Math.pow(2, -8.0 * (head + 1) / HEADS));
        }
        return slopes;
    }

    private static void lightningDecode(int batch) {
        Filled filled = new Filled();
        FloatArray qkv = filled.floats(batch * HEADS * 3 * DIM, 1f);
        FloatArray states = filled.floats(batch * HEADS * DIM * DIM, 1f);
        FloatArray out = filled.floats(batch * ATTENTION, 1f);
        IntArray step = IntArray.fromElements(batch, 0);
        IntArray segments = segments(batch, 1);
        FloatArray slopes = slopes();
        double seconds = filled.seconds(
                40,
                false,
                List.of(step, segments, slopes),
                run -> run.add(
                        "decode",
                        CudaShapes.decode(batch, HEADS),
                        read(step),
                        read(segments),
                        read(qkv),
                        update(states),
                        read(slopes),
                        write(out),
                        read(batch),
                        read(HEADS),
                        read(0)));
        print("lightning decode in CUDA C, batch " + batch, 8.0 * states.getSize() / seconds / 1e9, "GB/s");
    }

    private static void lightningPrefill(int tokens, int times) {
        Filled filled = new Filled();
        IntArray qkv = filled.bf16(tokens * 3 * ATTENTION);
        FloatArray states = filled.floats(ATTENTION * DIM, 1f);
        IntArray out = filled.bf16(tokens * ATTENTION);
        IntArray step = IntArray.fromElements(tokens, 0);
        IntArray segments = segments(1, tokens);
        FloatArray slopes = slopes();
        double seconds = filled.seconds(
                times,
                false,
                List.of(step, segments, slopes),
                run -> run.add(
                        "prefill",
                        CudaShapes.prefill(HEADS, 1),
                        read(step),
                        read(segments),
                        read(qkv),
                        update(states),
                        read(slopes),
                        write(out),
                        read(1),
                        read(HEADS)));
        print("lightning prefill in CUDA C, " + tokens + " tokens", seconds * 1e3, "ms");
    }

    /// Each token visits two neighbours, so that a large batch touches all experts.
    private static void expertDecode(int batch) {
        Filled filled = new Filled();
        int size = EXPERTS * INTERMEDIATE * HIDDEN / 4;
        IntArray gate = filled.words(size);
        IntArray up = filled.words(size);
        IntArray down = filled.words(size);
        FloatArray gateScales = filled.floats(EXPERTS * INTERMEDIATE, 1e-3f);
        FloatArray upScales = filled.floats(EXPERTS * INTERMEDIATE, 1e-3f);
        FloatArray downScales = filled.floats(EXPERTS * HIDDEN, 1e-3f);
        FloatArray x = filled.floats(2 * batch * HIDDEN, 1f);
        FloatArray activated = filled.floats(2 * batch * INTERMEDIATE, 1f);
        FloatArray y = filled.floats(2 * batch * HIDDEN, 1f);
        int groups = Math.min(EXPERTS, 2 * batch);
        IntArray tiles = new IntArray(3 * groups);
        for (int i = 0; i < groups; i++) {
            int rows = 2 * batch / groups;
            DeviceArrays.set(tiles, 3 * i, i, i * rows, rows);
        }
        boolean ofOne = 2 * batch == groups;
        double seconds = filled.seconds(24, true, List.of(tiles), run -> {
            run.add(
                    "gateUp",
                    CudaShapes.gateUp(ofOne, groups, INTERMEDIATE),
                    read(tiles),
                    read(x),
                    read(gate),
                    read(gateScales),
                    read(up),
                    read(upScales),
                    write(activated),
                    read(HIDDEN),
                    read(INTERMEDIATE));
            run.add(
                    "down",
                    CudaShapes.product(ofOne, groups, HIDDEN),
                    read(tiles),
                    read(activated),
                    read(down),
                    read(downScales),
                    write(y),
                    read(INTERMEDIATE),
                    read(HIDDEN));
        });
        double bytes = 3.0 * groups * INTERMEDIATE * HIDDEN;
        print("int8 experts in CUDA C, batch " + batch, bytes / seconds / 1e9, "GB/s");
    }

    /// As a decode step has them: kernels of one task, which find nothing to do.
    private static void launches() {
        int count = 64;
        Filled filled = new Filled();
        IntArray none = IntArray.fromElements(0, 0, 0);
        FloatArray x = filled.floats(HIDDEN, 1f);
        double seconds = filled.seconds(1, true, List.of(none), run -> {
            CudaTasks.Bundle bundle = new CudaTasks.Bundle();
            for (int i = 0; i < count; i++) {
                run.addEarly(
                        bundle,
                        StepShapes.streamGateUp(1, INTERMEDIATE),
                        read(none),
                        read(0L),
                        read(x),
                        read(0L),
                        read(0L),
                        read(0L),
                        read(0L),
                        read(0L),
                        read(HIDDEN),
                        read(INTERMEDIATE));
            }
            bundle.addTo(run.graph().tasks(), "launches");
        });
        print("a launch in a CUDA graph, with its share of the graph's start", seconds / count * 1e6, "us");
    }

    static void print(String name, double value, String unit) {
        System.out.printf(Locale.ROOT, "cuda\t%s\t%.4g\t%s%n", name, value, unit);
    }
}
