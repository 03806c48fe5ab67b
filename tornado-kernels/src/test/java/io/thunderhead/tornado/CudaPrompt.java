package io.thunderhead.tornado;

import static io.thunderhead.tornado.CudaMeasurements.ATTENTION;
import static io.thunderhead.tornado.CudaMeasurements.DIM;
import static io.thunderhead.tornado.CudaMeasurements.EXPERTS;
import static io.thunderhead.tornado.CudaMeasurements.HEADS;
import static io.thunderhead.tornado.CudaMeasurements.HIDDEN;
import static io.thunderhead.tornado.CudaMeasurements.INTERMEDIATE;
import static io.thunderhead.tornado.CudaSlice.ALPHA;
import static io.thunderhead.tornado.CudaSlice.EPS;
import static io.thunderhead.tornado.CudaSlice.KV_HEADS;
import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;
import static io.thunderhead.tornado.cuda.CudaTasks.write;

import io.thunderhead.tornado.CudaMeasurements.Filled;
import io.thunderhead.tornado.CudaMeasurements.Repetition;
import io.thunderhead.tornado.cuda.CudaCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// A prompt through layers of MiniMax-Text-01 with all experts in int8, chunk by chunk, whole: norms, attention with
/// its state or its keys and values, router, experts, residuals. Dense products are cuBLAS's, with weights expanded in
/// every step.
final class CudaPrompt {
    private final Filled filled = new Filled();
    private final List<SliceLayer> layers = new ArrayList<>();
    private final int rows;
    private final int tileMax;
    private final long capacity;
    private final IntArray step;
    private final IntArray segments;
    private final IntArray past = new IntArray(1);
    private final FloatArray slopes = CudaMeasurements.slopes();
    private final FloatArray input;
    private final FloatArray normed;
    private final FloatArray expertInput;
    private final FloatArray shares;
    private final IntArray x;
    private final IntArray projected;
    private final IntArray gate;
    private final IntArray attended;
    private final IntArray branch;
    private final IntArray expanded;
    private final IntArray keys;
    private final IntArray values;
    private final IntArray chosen;
    private final IntArray places;
    private final IntArray rowsOf;
    private final IntArray tiles;
    private final IntArray activated;
    private final IntArray results;

    /// @param softmax whether the last layer has softmax attention
    private CudaPrompt(int layerCount, boolean softmax, int rows, int chunks) {
        this.rows = rows;
        this.tileMax = 2 * rows / StepShapes.PROMPT_TILE_ROWS + EXPERTS;
        for (int i = 0; i < layerCount; i++) {
            boolean lightning = i < layerCount - 1 || !softmax;
            layers.add(SliceLayer.filled(filled, lightning, lightning ? ATTENTION * DIM : 1));
        }
        capacity = softmax ? (long) rows * chunks : 1;
        input = filled.floats(rows * HIDDEN, 1f);
        normed = filled.floats(rows * HIDDEN, 1f);
        expertInput = filled.floats(rows * HIDDEN, 1f);
        shares = filled.floats(2 * rows, 1f);
        x = filled.bf16(rows * HIDDEN);
        projected = filled.bf16(rows * 3 * ATTENTION);
        gate = filled.bf16(rows * ATTENTION);
        attended = filled.bf16(rows * ATTENTION);
        branch = filled.bf16(rows * HIDDEN);
        expanded = filled.bf16(3 * ATTENTION * HIDDEN);
        keys = filled.bf16(Math.toIntExact(KV_HEADS * capacity * DIM));
        values = filled.bf16(Math.toIntExact(KV_HEADS * capacity * DIM));
        chosen = filled.words(2 * rows);
        places = filled.words(2 * rows);
        rowsOf = filled.words(2 * rows);
        tiles = filled.words(3 * tileMax);
        activated = filled.bf16(2 * rows * INTERMEDIATE);
        results = filled.bf16(2 * rows * HIDDEN);
        step = IntArray.fromElements(rows, 0);
        segments = CudaMeasurements.segments(1, rows);
    }

    /// One lightning layer.
    static void layer(int tokens) {
        CudaPrompt prompt = new CudaPrompt(1, false, tokens, 1);
        double[] seconds = prompt.run(7);
        Arrays.sort(seconds);
        String name = "lightning layer with experts, ";
        CudaMeasurements.print(name + "prompt of " + tokens, seconds[3] * 1e3, "ms");
        double operations = prompt.operationsOfToken() * tokens;
        CudaMeasurements.print(name + "products of a prompt of " + tokens, operations / seconds[3] / 1e12, "TFLOP/s");
    }

    /// Seven lightning layers and one of softmax attention over a prompt that grows by chunks.
    static void slice(int rows, int chunks) {
        CudaPrompt prompt = new CudaPrompt(8, true, rows, chunks);
        double[] seconds = prompt.run(chunks);
        double sum = 0;
        for (int i = 0; i < chunks; i++) {
            sum += seconds[i];
            long tokens = (long) rows * (i + 1);
            if (Long.bitCount(tokens) == 1) {
                // a query has 64 heads of 128, half of the keys on average, two products
                double attention = 2.0 * ATTENTION * tokens * tokens;
                double operations = prompt.operationsOfToken() * tokens + attention;
                String name = "slice of 8 layers, prompt of " + tokens;
                CudaMeasurements.print(name + ", a token", sum / tokens * 1e6, "us");
                CudaMeasurements.print(name + ", last chunk, a token", seconds[i] / rows * 1e6, "us");
                CudaMeasurements.print(name + ", products", operations / sum / 1e12, "TFLOP/s");
            }
        }
    }

    private double operationsOfToken() {
        return layers.stream().mapToDouble(SliceLayer::operationsOfToken).sum();
    }

    private double[] run(int runs) {
        List<Object> host = List.of(step, segments, slopes);
        boolean grows = capacity > 1;
        return filled.secondsOfRuns(
                1,
                runs,
                false,
                host,
                List.of(past),
                chunk -> past.set(0, grows ? chunk * rows : 0),
                run -> IntStream.range(0, layers.size()).forEach(i -> addLayer(run, i)),
                tiles);
    }

    private void addLayer(Repetition run, int index) {
        SliceLayer layer = layers.get(index);
        boolean first = index == 0;
        run.add(
                "inputNorm" + index + "of",
                StepShapes.combineAndNormBf16(rows, HIDDEN),
                read(first ? input : expertInput),
                read(results),
                read(first ? 0L : places),
                read(shares),
                read(layer.inputNorm()),
                write(normed),
                write(x),
                read(HIDDEN),
                read(first ? 1f : ALPHA),
                read(1f),
                read(EPS));
        addProduct(run, "project" + index, layer.project(), x, projected);
        if (layer.lightning()) {
            addLightning(run, index, layer);
        } else {
            addSoftmax(run, index);
        }
        addProduct(run, "out" + index, layer.out(), attended, branch);
        run.add(
                "postNorm" + index + "of",
                new CudaCall.Launch("addAndNormBf16", rows, 1, 256),
                read(normed),
                read(branch),
                read(layer.postNorm()),
                write(expertInput),
                write(x),
                read(HIDDEN),
                read(ALPHA),
                read(1f),
                read(EPS));
        addExperts(run, index, layer);
    }

    private void addLightning(Repetition run, int index, SliceLayer layer) {
        run.add("silu" + index + "of", new CudaCall.Launch("siluBf16", 1056, 1, 256), update(projected), read((long)
                projected.getSize()));
        run.add(
                "lightning" + index + "of",
                CudaShapes.prefill(HEADS, 1),
                read(step),
                read(segments),
                read(projected),
                update(layer.memory()),
                read(slopes),
                write(attended),
                read(1),
                read(HEADS));
        addProduct(run, "gate" + index, layer.gate(), x, gate);
        run.add(
                "normAndGate" + index + "of",
                new CudaCall.Launch("normAndGateBf16", rows, 1, 256),
                update(attended),
                read(layer.attentionNorm()),
                read(gate),
                read(ATTENTION / 2),
                read(EPS));
    }

    private void addSoftmax(Repetition run, int index) {
        run.add(
                "turn" + index + "of",
                new CudaCall.Launch("turnAndKeep", rows, 1, 256),
                read(past),
                update(projected),
                update(keys),
                update(values),
                read(HEADS),
                read(KV_HEADS),
                read(64),
                read(1e7f),
                read(capacity));
        run.add(
                "softmax" + index + "of",
                StepShapes.softmaxPrefill(rows, HEADS),
                read(past),
                read(projected),
                read(keys),
                read(values),
                write(attended),
                read(rows),
                read(HEADS),
                read(KV_HEADS),
                read(capacity));
    }

    private void addExperts(Repetition run, int index, SliceLayer layer) {
        run.add(
                "route" + index + "of",
                new CudaCall.Launch("routePrompt", Math.ceilDiv(rows, 8), 1, 256),
                read(expertInput),
                read(layer.router()),
                write(chosen),
                write(shares),
                read(rows),
                read(HIDDEN));
        run.add(
                "group" + index + "of",
                new CudaCall.Launch("groupPrompt", 1, 1, 1024),
                read(chosen),
                write(places),
                write(rowsOf),
                write(tiles),
                read(rows),
                read(StepShapes.PROMPT_TILE_ROWS),
                read(tileMax),
                read(0L));
        run.add(
                "gateUp" + index + "of",
                StepShapes.promptGateUp(tileMax, INTERMEDIATE),
                read(tiles),
                read(rowsOf),
                read(x),
                read(layer.expertGate().words()),
                read(layer.expertGate().scales()),
                read(layer.expertUp().words()),
                read(layer.expertUp().scales()),
                write(activated),
                read(HIDDEN),
                read(INTERMEDIATE));
        run.add(
                "down" + index + "of",
                StepShapes.prompt(tileMax, HIDDEN),
                read(tiles),
                read(0L),
                read(activated),
                read(layer.expertDown().words()),
                read(layer.expertDown().scales()),
                write(results),
                read(INTERMEDIATE),
                read(HIDDEN));
    }

    /// int8 panels to bf16, then by cuBLAS.
    private void addProduct(Repetition run, String id, SliceLayer.Matrix matrix, IntArray from, IntArray to) {
        run.add(
                "expand" + id + "of",
                new CudaCall.Launch("expandInt8", matrix.in() / 128, matrix.out() / 32, 256),
                read(matrix.words()),
                read(matrix.scales()),
                write(expanded),
                read(0),
                read(matrix.in()),
                read(matrix.out()));
        run.add(
                id + "of",
                new CudaCall.Product(rows, matrix.out(), matrix.in()),
                read(from),
                read(expanded),
                write(to));
    }
}
