package io.thunderhead.tornado;

import static io.thunderhead.tornado.CudaMeasurements.ATTENTION;
import static io.thunderhead.tornado.CudaMeasurements.DIM;
import static io.thunderhead.tornado.CudaMeasurements.EXPERTS;
import static io.thunderhead.tornado.CudaMeasurements.HEADS;
import static io.thunderhead.tornado.CudaMeasurements.HIDDEN;
import static io.thunderhead.tornado.CudaMeasurements.INTERMEDIATE;
import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;
import static io.thunderhead.tornado.cuda.CudaTasks.write;

import io.thunderhead.tornado.CudaMeasurements.Filled;
import io.thunderhead.tornado.CudaMeasurements.Repetition;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaTasks;
import io.thunderhead.tornado.kernels.ProductKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Layers of MiniMax-Text-01 with all experts in int8, composed of kernels in CUDA C: a decode step of several layers
/// in
/// one graph (the last with softmax attention over a past of 1,024 tokens), and a lightning layer of a prompt.
final class CudaSlice {
    private static final int KV_HEADS = 8;
    private static final int PAST = 1024;
    private static final int CAPACITY = 1056;
    private static final float EPS = 1e-5f;

    private final Filled filled = new Filled();
    private final List<Object> host = new ArrayList<>();
    private final List<Layer> layers = new ArrayList<>();
    private final int rows;
    private final int tileMax;
    private final IntArray denseTiles;
    private final IntArray step;
    private final IntArray segments;
    private final IntArray positions;
    private final FloatArray slopes = CudaMeasurements.slopes();
    /// The same in every run: rows that went round and round would become alike, and choose the same experts.
    private final FloatArray input;
    private final FloatArray hidden;
    private final FloatArray projected;
    private final FloatArray gates;
    private final FloatArray attended;
    private final FloatArray branch;
    private final FloatArray sorted;
    private final FloatArray activated;
    private final FloatArray results;
    private final FloatArray normed;
    private final FloatArray expertInput;
    private final FloatArray zeros;
    private final IntArray chosen;
    private final IntArray places;
    private final IntArray tiles;
    private final FloatArray shares;

    private record Matrix(IntArray words, FloatArray scales, int out, int in) {}

    private record Layer(
            Matrix project,
            Matrix gate,
            Matrix out,
            FloatArray norm,
            FloatArray inputNorm,
            FloatArray postNorm,
            FloatArray memory,
            FloatArray router,
            Matrix expertGate,
            Matrix expertUp,
            Matrix expertDown) {}

    CudaSlice(int layerCount, int rows) {
        this.rows = rows;
        this.tileMax = Math.min(2 * rows, 2 * rows / 8 + EXPERTS);
        for (int i = 0; i < layerCount; i++) {
            layers.add(layer(i < layerCount - 1));
        }
        input = filled.floats(rows * HIDDEN, 1f);
        hidden = filled.floats(rows * HIDDEN, 1f);
        projected = filled.floats(rows * 3 * ATTENTION, 1f);
        gates = filled.floats(rows * ATTENTION, 1f);
        attended = filled.floats(rows * ATTENTION, 1f);
        branch = filled.floats(rows * HIDDEN, 1f);
        zeros = filled.floats(rows * HIDDEN, 0f);
        normed = filled.floats(rows * HIDDEN, 1f);
        expertInput = filled.floats(rows * HIDDEN, 1f);
        sorted = filled.floats(2 * rows * HIDDEN, 1f);
        activated = filled.floats(2 * rows * INTERMEDIATE, 1f);
        results = filled.floats(2 * rows * HIDDEN, 1f);
        chosen = filled.words(2 * rows);
        places = filled.words(2 * rows);
        tiles = filled.words(3 * tileMax);
        shares = filled.floats(2 * rows, 1f);
        Tiles dense = new Tiles(rows, 1, ProductKernels.TILE_ROWS);
        dense.setDense(rows, 0);
        denseTiles = dense.narrow().tiles();
        step = IntArray.fromElements(rows, 0);
        segments = CudaMeasurements.segments(rows, 1);
        positions = new IntArray(rows);
        positions.init(PAST);
        host.addAll(List.of(denseTiles, step, segments, positions, slopes));
    }

    private Layer layer(boolean lightning) {
        int projections = lightning ? 3 * ATTENTION : ATTENTION + 2 * KV_HEADS * DIM;
        return new Layer(
                matrix(1, projections, HIDDEN),
                matrix(1, lightning ? ATTENTION : 32, HIDDEN),
                matrix(1, HIDDEN, ATTENTION),
                filled.floats(ATTENTION, 1f),
                filled.floats(HIDDEN, 1f),
                filled.floats(HIDDEN, 1f),
                filled.floats(lightning ? rows * ATTENTION * DIM : rows * KV_HEADS * 2 * CAPACITY * DIM, 1e-2f),
                filled.floats(EXPERTS * HIDDEN, 1f),
                matrix(EXPERTS, INTERMEDIATE, HIDDEN),
                matrix(EXPERTS, INTERMEDIATE, HIDDEN),
                matrix(EXPERTS, HIDDEN, INTERMEDIATE));
    }

    private Matrix matrix(int count, int out, int in) {
        int words = Math.toIntExact((long) count * out * in / 4);
        return new Matrix(filled.words(words), filled.floats(count * out, 2e-4f), out, in);
    }

    /// All kernels of a layer as one task.
    private record LayerTask(Repetition run, CudaTasks.Bundle bundle) {
        void add(CudaCall.Launch launch, CudaTasks.Argument... arguments) {
            run.add(bundle, launch, arguments);
        }
    }

    void decode() {
        double seconds = filled.seconds(
                1,
                true,
                host,
                run -> {
                    for (int i = 0; i < layers.size(); i++) {
                        LayerTask task = new LayerTask(run, new CudaTasks.Bundle());
                        addAttention(task, layers.get(i), i == 0 ? input : hidden, i < layers.size() - 1);
                        addExperts(task, layers.get(i));
                        task.bundle.addTo(run.graph().tasks(), "layer" + i);
                    }
                },
                tiles);
        int experts = (int) IntStream.range(0, tileMax)
                .filter(tile -> tiles.get(3 * tile + 2) > 0)
                .map(tile -> tiles.get(3 * tile))
                .distinct()
                .count();
        double bytes = 0;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            boolean lightning = i < layers.size() - 1;
            bytes += 4.0 * (layer.project.words.getSize() + layer.out.words.getSize());
            bytes += 3.0 * experts * INTERMEDIATE * HIDDEN + 4.0 * layer.router.getSize();
            bytes += lightning
                    ? 4.0 * layer.gate.words.getSize() + 8.0 * layer.memory.getSize()
                    : 4.0 * layer.memory.getSize();
        }
        CudaMeasurements.print("slice of 8 layers, decode, batch " + rows, seconds * 1e3, "ms");
        CudaMeasurements.print("slice of 8 layers, experts met in the last, batch " + rows, experts, "experts");
        CudaMeasurements.print("slice of 8 layers, bandwidth, batch " + rows, bytes / seconds / 1e9, "GB/s");
    }

    private void addAttention(LayerTask run, Layer layer, FloatArray from, boolean lightning) {
        run.add(
                row("addAndNorm"),
                read(from),
                read(zeros),
                read(layer.inputNorm),
                write(normed),
                read(HIDDEN),
                read(1f),
                read(0f),
                read(EPS));
        product(run, layer.project, normed, projected);
        if (lightning) {
            run.add(
                    CudaShapes.decode(rows, HEADS),
                    read(step),
                    read(segments),
                    read(projected),
                    update(layer.memory),
                    read(slopes),
                    write(attended),
                    read(rows),
                    read(HEADS),
                    read(1));
            product(run, layer.gate, normed, gates);
            run.add(row("normAndGate"), update(attended), read(layer.norm), read(gates), read(ATTENTION), read(EPS));
        } else {
            run.add(
                    new CudaCall.Launch("softmaxDecode", rows, KV_HEADS, 1024),
                    read(projected),
                    update(layer.memory),
                    read(positions),
                    write(attended),
                    read(KV_HEADS),
                    read(CAPACITY),
                    read(64),
                    read(1e7f));
        }
        product(run, layer.out, attended, branch);
        run.add(
                row("addAndNorm"),
                read(normed),
                read(branch),
                read(layer.postNorm),
                write(expertInput),
                read(HIDDEN),
                read(3.5f),
                read(1f),
                read(EPS));
    }

    private void addExperts(LayerTask run, Layer layer) {
        run.add(
                new CudaCall.Launch("chooseExperts", rows, 1, 1024),
                read(expertInput),
                read(layer.router),
                write(chosen),
                write(shares),
                read(HIDDEN));
        run.add(
                new CudaCall.Launch("groupRows", 1, 1, 32),
                read(chosen),
                write(places),
                write(tiles),
                read(rows),
                read(tileMax));
        run.add(
                new CudaCall.Launch("sortRows", 2 * rows, 1, 256),
                read(expertInput),
                read(places),
                write(sorted),
                read(HIDDEN));

        run.add(
                CudaShapes.gateUp(rows == 1, tileMax, INTERMEDIATE),
                read(tiles),
                read(sorted),
                read(layer.expertGate.words),
                read(layer.expertGate.scales),
                read(layer.expertUp.words),
                read(layer.expertUp.scales),
                write(activated),
                read(HIDDEN),
                read(INTERMEDIATE));
        run.add(
                CudaShapes.product(rows == 1, tileMax, HIDDEN),
                read(tiles),
                read(activated),
                read(layer.expertDown.words),
                read(layer.expertDown.scales),
                write(results),
                read(INTERMEDIATE),
                read(HIDDEN));
        run.add(
                new CudaCall.Launch("combineRows", rows, 1, 256),
                read(results),
                read(places),
                read(shares),
                write(branch),
                read(HIDDEN));
        run.add(
                row("addAndNorm"),
                read(expertInput),
                read(branch),
                read(layer.postNorm),
                write(hidden),
                read(HIDDEN),
                read(3.5f),
                read(1f),
                read(EPS));
    }

    private CudaCall.Launch row(String kernel) {
        return new CudaCall.Launch(kernel, rows, 1, 1024);
    }

    private void product(LayerTask run, Matrix matrix, FloatArray x, FloatArray y) {
        run.add(
                CudaShapes.product(rows == 1, Math.ceilDiv(rows, ProductKernels.TILE_ROWS), matrix.out),
                read(denseTiles),
                read(x),
                read(matrix.words),
                read(matrix.scales),
                write(y),
                read(matrix.in),
                read(matrix.out));
    }

    /// A lightning layer with its experts, rows shared evenly by them; weights are expanded in every step.
    static void prefillLayer(int tokens) {
        CudaSlice slice = new CudaSlice(tokens);
        slice.prefill(tokens);
    }

    /// One lightning layer, nothing of decoding.
    private CudaSlice(int tokens) {
        this(2, 1);
        segments.set(1, tokens);
    }

    private void prefill(int tokens) {
        Layer layer = layers.getFirst();
        FloatArray residual = filled.floats(tokens * HIDDEN, 1f);
        FloatArray normedRows = filled.floats(tokens * HIDDEN, 1f);
        FloatArray inputRows = filled.floats(tokens * HIDDEN, 1f);
        IntArray none = filled.bf16(tokens * HIDDEN);
        IntArray x = filled.bf16(tokens * HIDDEN);
        IntArray qkv = filled.bf16(tokens * 3 * ATTENTION);
        IntArray gate = filled.bf16(tokens * ATTENTION);
        IntArray attention = filled.bf16(tokens * ATTENTION);
        IntArray weights = filled.bf16(3 * ATTENTION * HIDDEN);
        IntArray rowsOfExperts = filled.bf16(2 * tokens * HIDDEN);
        IntArray expertGates = filled.bf16(2 * tokens * INTERMEDIATE);
        IntArray expertUps = filled.bf16(2 * tokens * INTERMEDIATE);
        IntArray y = filled.bf16(2 * tokens * HIDDEN);
        IntArray groups = new IntArray(3 * EXPERTS);
        for (int i = 0; i < EXPERTS; i++) {
            DeviceArrays.set(groups, 3 * i, i * 2 * tokens / EXPERTS, 2 * tokens / EXPERTS, i);
        }
        CudaCall.Launch norm = new CudaCall.Launch("addAndNormBf16", tokens, 1, 256);
        double seconds = filled.seconds(
                2,
                false,
                host,
                run -> {
                    run.add(
                            "inputNorm",
                            norm,
                            read(residual),
                            read(none),
                            read(layer.inputNorm),
                            write(normedRows),
                            write(x),
                            read(HIDDEN),
                            read(1f),
                            read(0f),
                            read(EPS));
                    expanded(run, "qkv", layer.project, tokens, weights, x, qkv);
                    run.add("silu", new CudaCall.Launch("siluBf16", 1056, 1, 256), update(qkv), read((long)
                            qkv.getSize()));
                    run.add(
                            "lightning",
                            CudaShapes.prefill(HEADS, 1),
                            read(step),
                            read(segments),
                            read(qkv),
                            update(layer.memory),
                            read(slopes),
                            write(attention),
                            read(1),
                            read(HEADS));
                    expanded(run, "gate", layer.gate, tokens, weights, x, gate);
                    run.add(
                            "normAndGate",
                            new CudaCall.Launch("normAndGateBf16", tokens, 1, 256),
                            update(attention),
                            read(layer.norm),
                            read(gate),
                            read(ATTENTION / 2),
                            read(EPS));
                    expanded(run, "out", layer.out, tokens, weights, attention, none);
                    run.add(
                            "postNorm",
                            norm,
                            read(normedRows),
                            read(none),
                            read(layer.postNorm),
                            write(inputRows),
                            write(x),
                            read(HIDDEN),
                            read(3.5f),
                            read(1f),
                            read(EPS));
                    run.add(
                            "experts",
                            new CudaCall.GroupedInt8Experts(EXPERTS, HIDDEN, INTERMEDIATE),
                            read(rowsOfExperts),
                            read(layer.expertGate.words),
                            read(layer.expertGate.scales),
                            read(layer.expertUp.words),
                            read(layer.expertUp.scales),
                            read(layer.expertDown.words),
                            read(layer.expertDown.scales),
                            update(expertGates),
                            update(expertUps),
                            update(weights),
                            write(y),
                            read(groups));
                },
                null);
        double weightsUsed = 5.0 * ATTENTION * HIDDEN + 6.0 * INTERMEDIATE * HIDDEN;
        CudaMeasurements.print("lightning layer with experts, prompt of " + tokens, seconds * 1e3, "ms");
        CudaMeasurements.print(
                "lightning layer with experts, products of a prompt of " + tokens,
                2 * weightsUsed * tokens / seconds / 1e12,
                "TFLOP/s");
    }

    private static void expanded(
            Repetition run, String id, Matrix matrix, int tokens, IntArray weights, IntArray x, IntArray y) {
        run.add(
                "expand" + id,
                new CudaCall.Launch("expandInt8", matrix.in / 128, matrix.out / 32, 256),
                read(matrix.words),
                read(matrix.scales),
                write(weights),
                read(0),
                read(matrix.in),
                read(matrix.out));
        run.add(id, new CudaCall.Product(tokens, matrix.out, matrix.in), read(x), read(weights), write(y));
    }
}
