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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// A decode step of several layers of MiniMax-Text-01 with all experts in int8, composed of kernels in CUDA C as one
/// graph; the last layer has softmax attention over a past of 1,024 tokens.
final class CudaSlice {
    static final int KV_HEADS = 8;
    static final float EPS = 1e-5f;
    static final float ALPHA = 3.5f;
    private static final int PAST = 1024;
    private static final int CAPACITY = 1056;
    private static final int TILE_ROWS = 8;

    private final Filled filled = new Filled();
    private final List<Object> host = new ArrayList<>();
    private final List<SliceLayer> layers = new ArrayList<>();
    private final int rows;
    private final int tileMax;
    private final IntArray denseTiles;
    private final IntArray step;
    private final IntArray segments;
    private final IntArray positions;
    private final IntArray blocksDone = new IntArray(1);
    private final FloatArray slopes = CudaMeasurements.slopes();
    /// The same in every run: rows that went round and round would become alike, and choose the same experts.
    private final FloatArray input;
    private final FloatArray projected;
    private final FloatArray gates;
    private final FloatArray attended;
    private final FloatArray branch;
    private final FloatArray normed;
    private final FloatArray normedHalves;
    private final FloatArray attendedHalves;
    private final FloatArray expertInput;
    private final FloatArray expertHalves;
    private final FloatArray activatedHalves;
    private final FloatArray results;
    private final FloatArray logits;
    private final FloatArray shares;
    private final IntArray places;
    private final IntArray rowsOf;
    private final IntArray tiles;

    CudaSlice(int layerCount, int rows) {
        this.rows = rows;
        this.tileMax = Math.min(2 * rows, 2 * rows / TILE_ROWS + EXPERTS);
        for (int i = 0; i < layerCount; i++) {
            boolean lightning = i < layerCount - 1;
            int memory = lightning ? rows * ATTENTION * DIM : rows * KV_HEADS * 2 * CAPACITY * DIM;
            layers.add(SliceLayer.filled(filled, lightning, memory));
        }
        input = filled.floats(rows * HIDDEN, 1f);
        projected = filled.floats(rows * 3 * ATTENTION, 1f);
        gates = filled.floats(rows * ATTENTION, 1f);
        attended = filled.floats(rows * ATTENTION, 1f);
        branch = filled.floats(rows * HIDDEN, 1f);
        normed = filled.floats(rows * HIDDEN, 1f);
        normedHalves = filled.floats(rows * HIDDEN, 1f);
        attendedHalves = filled.floats(rows * ATTENTION, 1f);
        expertInput = filled.floats(rows * HIDDEN, 1f);
        expertHalves = filled.floats(rows * HIDDEN, 1f);
        activatedHalves = filled.floats(2 * rows * INTERMEDIATE, 1f);
        results = filled.floats(2 * rows * HIDDEN, 1f);
        logits = filled.floats(rows * EXPERTS, 1f);
        shares = filled.floats(2 * rows, 1f);
        places = filled.words(2 * rows);
        rowsOf = filled.words(2 * rows);
        tiles = filled.words(3 * tileMax);
        denseTiles = IntArray.fromElements(0, 0, rows);
        step = IntArray.fromElements(rows, 0);
        segments = CudaMeasurements.segments(rows, 1);
        positions = new IntArray(rows);
        positions.init(PAST);
        host.addAll(List.of(denseTiles, step, segments, positions, slopes, blocksDone));
    }

    /// All kernels of the step as one task.
    private static final class Step {
        private final Repetition run;
        private final CudaTasks.Bundle bundle = new CudaTasks.Bundle();
        private int launches;

        Step(Repetition run) {
            this.run = run;
        }

        void add(CudaCall.Launch launch, CudaTasks.Argument... arguments) {
            run.addEarly(bundle, launch, arguments);
            launches++;
        }
    }

    void decode() {
        int[] launches = new int[1];
        double seconds = filled.seconds(
                1,
                true,
                host,
                run -> {
                    Step all = new Step(run);
                    for (int i = 0; i < layers.size(); i++) {
                        addInputNorm(all, i == 0, layers.get(i).inputNorm());
                        addAttention(all, layers.get(i));
                        addExperts(all, layers.get(i));
                    }
                    addInputNorm(all, false, layers.getFirst().inputNorm());
                    all.bundle.addTo(run.graph().tasks(), "step");
                    launches[0] = all.launches;
                },
                tiles);
        int experts = (int) IntStream.range(0, tileMax)
                .filter(tile -> tiles.get(3 * tile + 2) > 0)
                .map(tile -> tiles.get(3 * tile))
                .distinct()
                .count();
        double bytes =
                layers.stream().mapToDouble(layer -> layer.bytesOfStep(experts)).sum();
        CudaMeasurements.print("slice of 8 layers, decode, batch " + rows, seconds * 1e3, "ms");
        CudaMeasurements.print("slice of 8 layers, launches in a step", launches[0], "launches");
        CudaMeasurements.print("slice of 8 layers, experts met in the last, batch " + rows, experts, "experts");
        CudaMeasurements.print("slice of 8 layers, bandwidth, batch " + rows, bytes / seconds / 1e9, "GB/s");
    }

    /// Ends the layer before, if there is one.
    private void addInputNorm(Step all, boolean first, FloatArray norm) {
        all.add(
                StepShapes.keepingRow("combineAndNorm", rows, HIDDEN),
                read(first ? input : expertInput),
                read(results),
                read(first ? 0L : places),
                read(shares),
                read(norm),
                write(normed),
                write(normedHalves),
                read(HIDDEN),
                read(first ? 1f : ALPHA),
                read(1f),
                read(EPS));
    }

    private void addAttention(Step all, SliceLayer layer) {
        if (layer.lightning()) {
            addProducts(all, normedHalves, layer.project(), projected, layer.gate(), gates);
            all.add(
                    CudaShapes.decode(rows, HEADS),
                    read(step),
                    read(segments),
                    read(projected),
                    update(layer.memory()),
                    read(slopes),
                    write(attended),
                    read(rows),
                    read(HEADS),
                    read(1));
            all.add(
                    StepShapes.keepingRow("gateAndSplit", rows, ATTENTION),
                    read(attended),
                    read(layer.attentionNorm()),
                    read(gates),
                    write(attendedHalves),
                    read(ATTENTION),
                    read(EPS));
        } else {
            addProduct(all, normedHalves, layer.project(), projected);
            all.add(
                    new CudaCall.Launch("softmaxDecode", rows, KV_HEADS, 1024),
                    read(projected),
                    update(layer.memory()),
                    read(positions),
                    write(attended),
                    read(KV_HEADS),
                    read(CAPACITY),
                    read(64),
                    read(1e7f));
            all.add(StepShapes.splitRows(rows), read(attended), write(attendedHalves), read(ATTENTION));
        }
        addProduct(all, attendedHalves, layer.out(), branch);
    }

    private void addProduct(Step all, FloatArray x, SliceLayer.Matrix matrix, FloatArray y) {
        all.add(
                StepShapes.stream(rows, 1, matrix.out(), 0),
                read(denseTiles),
                read(0L),
                read(x),
                read(matrix.words()),
                read(matrix.scales()),
                write(y),
                read(0L),
                read(0L),
                read(0L),
                read(matrix.in()),
                read(matrix.out()),
                read(0),
                read(1));
    }

    private void addProducts(
            Step all,
            FloatArray x,
            SliceLayer.Matrix matrix,
            FloatArray y,
            SliceLayer.Matrix other,
            FloatArray otherY) {
        all.add(
                StepShapes.stream(rows, 1, matrix.out(), other.out()),
                read(denseTiles),
                read(0L),
                read(x),
                read(matrix.words()),
                read(matrix.scales()),
                write(y),
                read(other.words()),
                read(other.scales()),
                write(otherY),
                read(matrix.in()),
                read(matrix.out()),
                read(other.out()),
                read(1));
    }

    private void addExperts(Step all, SliceLayer layer) {
        all.add(
                StepShapes.normAndRoute(rows, HIDDEN),
                read(normed),
                read(branch),
                read(layer.postNorm()),
                read(layer.router()),
                write(expertInput),
                write(expertHalves),
                update(logits),
                write(shares),
                write(places),
                write(rowsOf),
                write(tiles),
                update(blocksDone),
                read(HIDDEN),
                read(tileMax),
                read(ALPHA),
                read(1f),
                read(EPS),
                read(0L),
                read(EXPERTS),
                read(0L));
        all.add(
                StepShapes.streamGateUp(tileMax, INTERMEDIATE),
                read(tiles),
                read(rowsOf),
                read(expertHalves),
                read(layer.expertGate().words()),
                read(layer.expertGate().scales()),
                read(layer.expertUp().words()),
                read(layer.expertUp().scales()),
                write(activatedHalves),
                read(HIDDEN),
                read(INTERMEDIATE));
        all.add(
                StepShapes.stream(TILE_ROWS, tileMax, HIDDEN, 0),
                read(tiles),
                read(0L),
                read(activatedHalves),
                read(layer.expertDown().words()),
                read(layer.expertDown().scales()),
                write(results),
                read(0L),
                read(0L),
                read(0L),
                read(INTERMEDIATE),
                read(HIDDEN),
                read(0),
                read(0));
    }
}
