package io.thunderhead.tornado;

import static io.thunderhead.tornado.CudaKernelsTest.bf16;
import static io.thunderhead.tornado.CudaKernelsTest.dot;
import static io.thunderhead.tornado.CudaKernelsTest.multiply;
import static io.thunderhead.tornado.CudaKernelsTest.numbers;
import static io.thunderhead.tornado.CudaKernelsTest.rounded;
import static io.thunderhead.tornado.CudaKernelsTest.turned;
import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.ints;
import static io.thunderhead.tornado.DeviceRun.random;
import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;
import static io.thunderhead.tornado.cuda.CudaTasks.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaTasks;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// The kernels of decode.cu and prompt.cu against plain loops. Only where TornadoVM's default device is a CUDA one.
final class CudaSliceKernelsTest {
    private static final int DIM = 128;
    private static final int EXPERTS = 32;
    private static final float ALPHA = 3.5f;
    private static final float BETA = 0.5f;
    private static final float EPS = 1e-5f;

    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();
    private final Arena arena = Arena.ofShared();

    @BeforeEach
    void needsCuda() {
        TornadoVMBackendType backend =
                TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice().getTornadoVMBackend();
        assumeTrue(backend == TornadoVMBackendType.CUDA, "CUDA C needs a CUDA device, the default one is " + backend);
    }

    @AfterEach
    void close() {
        plain.close();
        arena.close();
    }

    /// Two matrices for the same rows in one launch, rows in an order of their own, tiles with nothing in them.
    @ParameterizedTest
    @CsvSource({
        "48, 40, 8, 8",
        "64, 33, 17, 8",
        "1000, 96, 25, 8",
        "6144, 64, 1, 8",
        "9216, 160, 31, 8",
        "1000, 96, 40, 16",
        "2048, 96, 60, 32",
        "6144, 96, 127, 64"
    })
    void streamsInt8WeightsPastFewRows(int in, int out, int rows, int tileRows) {
        int otherOut = out + 24;
        List<PackedMatrix> first = List.of(int8(1, out, in), int8(2, out, in));
        List<PackedMatrix> second = List.of(int8(3, otherOut, in), int8(4, otherOut, in));
        Object[] weights = DeviceMatrices.of(first).arrays().toArray();
        Object[] others = DeviceMatrices.of(second).arrays().toArray();
        int tileCount = Math.ceilDiv(rows, tileRows - 1) + 1;
        IntArray tiles = new IntArray(3 * tileCount);
        for (int i = 0; i < tileCount - 1; i++) {
            int firstRow = i * (tileRows - 1);
            DeviceArrays.set(tiles, 3 * i, i % 2, firstRow, Math.min(tileRows - 1, rows - firstRow));
        }
        float[] x = random(5, rows * in);
        int[] order = IntStream.range(0, rows).map(i -> rows - 1 - i).toArray();
        FloatArray deviceX = floats(x);
        IntArray rowsOf = ints(order);
        FloatArray halves = new FloatArray(rows * StepShapes.halves(in));
        FloatArray y = new FloatArray(rows * out);
        FloatArray otherY = new FloatArray(rows * otherOut);

        CudaTasks.Bundle bundle = new CudaTasks.Bundle()
                .addEarly(StepShapes.splitRows(rows), read(deviceX), write(halves), read(in))
                .addEarly(
                        StepShapes.stream(tileRows, tileCount, out, otherOut),
                        read(tiles),
                        read(rowsOf),
                        read(halves),
                        read(weights[0]),
                        read(weights[1]),
                        write(y),
                        read(others[0]),
                        read(others[1]),
                        write(otherY),
                        read(in),
                        read(out),
                        read(otherOut),
                        read(1));
        Object[] arrays = {tiles, rowsOf, deviceX, halves, weights[0], weights[1], others[0], others[1], y, otherY};
        DeviceRun.run(graph -> bundle.addTo(graph.tasks(), "product"), arrays, y, otherY);

        float[] sorted = ordered(x, order, in);
        float[] expected = new float[rows * out];
        float[] otherExpected = new float[rows * otherOut];
        for (int t = 0; t < 3 * (tileCount - 1); t += 3) {
            multiply(sorted, tiles.get(t + 1), tiles.get(t + 2), first.get(tiles.get(t)), expected);
            multiply(sorted, tiles.get(t + 1), tiles.get(t + 2), second.get(tiles.get(t)), otherExpected);
        }
        assertThat(difference(y, expected)).isLessThan(1e-5);
        assertThat(difference(otherY, otherExpected)).isLessThan(1e-5);
    }

    private static float[] ordered(float[] x, int[] order, int width) {
        float[] sorted = new float[order.length * width];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(x, order[i] * width, sorted, i * width, width);
        }
        return sorted;
    }

    /// Gate and up, and what is left of them in halves through a third product.
    @ParameterizedTest
    @CsvSource({"96, 160, 6", "1000, 72, 1", "64, 64, 8"})
    void feedsForwardByStreams(int hidden, int intermediate, int rows) {
        PackedMatrix gate = int8(1, intermediate, hidden);
        PackedMatrix up = int8(2, intermediate, hidden);
        PackedMatrix down = int8(3, hidden, intermediate);
        Object[] gates = DeviceMatrices.of(List.of(gate)).arrays().toArray();
        Object[] ups = DeviceMatrices.of(List.of(up)).arrays().toArray();
        Object[] downs = DeviceMatrices.of(List.of(down)).arrays().toArray();
        float[] x = random(4, rows * hidden);
        FloatArray deviceX = floats(x);
        FloatArray halves = new FloatArray(rows * StepShapes.halves(hidden));
        FloatArray activated = new FloatArray(rows * StepShapes.halves(intermediate));
        FloatArray y = new FloatArray(rows * hidden);
        IntArray tiles = ints(0, 0, rows);

        CudaTasks.Bundle bundle = new CudaTasks.Bundle()
                .addEarly(StepShapes.splitRows(rows), read(deviceX), write(halves), read(hidden))
                .addEarly(
                        StepShapes.streamGateUp(1, intermediate),
                        read(tiles),
                        read(0L),
                        read(halves),
                        read(gates[0]),
                        read(gates[1]),
                        read(ups[0]),
                        read(ups[1]),
                        write(activated),
                        read(hidden),
                        read(intermediate))
                .addEarly(
                        StepShapes.stream(8, 1, hidden, 0),
                        read(tiles),
                        read(0L),
                        read(activated),
                        read(downs[0]),
                        read(downs[1]),
                        write(y),
                        read(0L),
                        read(0L),
                        read(0L),
                        read(intermediate),
                        read(hidden),
                        read(0),
                        read(0));
        Object[] arrays = {tiles, deviceX, halves, gates[0], gates[1], ups[0], ups[1], activated, downs[0], downs[1], y
        };
        DeviceRun.run(graph -> bundle.addTo(graph.tasks(), "experts"), arrays, y);

        float[] expected = new float[rows * hidden];
        multiply(activated(x, rows, gate, up), 0, rows, down, expected);
        assertThat(difference(y, expected)).isLessThan(2e-5);
    }

    private static float[] activated(float[] x, int rows, PackedMatrix gate, PackedMatrix up) {
        float[] gates = new float[rows * gate.outSize()];
        float[] ups = new float[gates.length];
        multiply(x, 0, rows, gate, gates);
        multiply(x, 0, rows, up, ups);
        for (int i = 0; i < ups.length; i++) {
            ups[i] *= gates[i] / (1 + (float) Math.exp(-gates[i]));
        }
        return ups;
    }

    /// From an attention's output to its experts' tables and back, with experts that give each row as it came.
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64, 1000})
    void sendsRowsToTheirExpertsAndBack(int rows) {
        int width = 100;
        float[] residual = random(1, rows * width);
        float[] branch = random(2, rows * width);
        float[] weights = random(3, width);
        float[] router = random(4, EXPERTS * width);
        FloatArray a = floats(residual);
        FloatArray b = floats(branch);
        FloatArray w = floats(weights);
        FloatArray deviceRouter = floats(router);
        FloatArray normed = new FloatArray(rows * width);
        FloatArray halves = new FloatArray(rows * StepShapes.halves(width));
        FloatArray logits = new FloatArray(rows * EXPERTS);
        FloatArray shares = new FloatArray(2 * rows);
        IntArray places = new IntArray(2 * rows);
        IntArray rowsOf = new IntArray(2 * rows);
        int tileMax = 2 * rows / 8 + EXPERTS;
        IntArray tiles = new IntArray(3 * tileMax);
        IntArray blocksDone = new IntArray(1);
        FloatArray results = floats(random(5, 2 * rows * width));
        FloatArray y = new FloatArray(rows * width);

        CudaTasks.Bundle bundle = new CudaTasks.Bundle()
                .addEarly(
                        StepShapes.normAndRoute(rows, width),
                        read(a),
                        read(b),
                        read(w),
                        read(deviceRouter),
                        write(normed),
                        write(halves),
                        update(logits),
                        write(shares),
                        write(places),
                        write(rowsOf),
                        write(tiles),
                        update(blocksDone),
                        read(width),
                        read(tileMax),
                        read(ALPHA),
                        read(BETA),
                        read(EPS),
                        read(0L),
                        read(32),
                        read(0L))
                .addEarly(
                        StepShapes.keepingRow("combineAndNorm", rows, width),
                        read(a),
                        read(results),
                        read(places),
                        read(shares),
                        read(w),
                        write(y),
                        write(halves),
                        read(width),
                        read(ALPHA),
                        read(BETA),
                        read(EPS));
        Object[] arrays = {
            a, b, w, deviceRouter, normed, halves, logits, shares, places, rowsOf, tiles, blocksDone, results, y
        };
        DeviceRun.run(
                graph -> bundle.addTo(graph.tasks(), "experts"),
                arrays,
                normed,
                shares,
                places,
                rowsOf,
                tiles,
                blocksDone,
                y);

        float[] expected = normed(sum(residual, branch), weights);
        assertThat(difference(normed, expected)).isLessThan(1e-5);
        checkTables(numbersOf(normed), router, rows, shares, places, rowsOf, tiles, 8);
        assertThat(blocksDone.get(0)).isZero();
        assertThat(difference(y, normed(sum(residual, combined(results, places, shares, rows)), weights)))
                .isLessThan(1e-5);
    }

    /// The same for a prompt, in bf16.
    @ParameterizedTest
    @ValueSource(ints = {1, 9, 300, 1000})
    void sendsAPromptsRowsToTheirExpertsAndBack(int rows) {
        int width = 100;
        float[] x = random(1, rows * width);
        float[] router = random(4, EXPERTS * width);
        float[] weights = random(3, width);
        FloatArray deviceX = floats(x);
        FloatArray deviceRouter = floats(router);
        FloatArray w = floats(weights);
        IntArray chosen = new IntArray(2 * rows);
        FloatArray shares = new FloatArray(2 * rows);
        IntArray places = new IntArray(2 * rows);
        IntArray rowsOf = new IntArray(2 * rows);
        int tileMax = 2 * rows / 16 + EXPERTS;
        IntArray tiles = new IntArray(3 * tileMax);
        float[] rowsOfExperts = rounded(random(5, 2 * rows * width));
        IntArray results = bf16(rowsOfExperts);
        FloatArray y = new FloatArray(rows * width);
        IntArray y16 = new IntArray(rows * width / 2);

        CudaTasks.Bundle bundle = new CudaTasks.Bundle()
                .add(
                        new CudaCall.Launch("routePrompt", Math.ceilDiv(rows, 8), 1, 256),
                        read(deviceX),
                        read(deviceRouter),
                        write(chosen),
                        write(shares),
                        read(rows),
                        read(width))
                .add(
                        new CudaCall.Launch("groupPrompt", 1, 1, 1024),
                        read(chosen),
                        write(places),
                        write(rowsOf),
                        write(tiles),
                        read(rows),
                        read(16),
                        read(tileMax),
                        read(0L))
                .add(
                        StepShapes.combineAndNormBf16(rows, width),
                        read(deviceX),
                        read(results),
                        read(places),
                        read(shares),
                        read(w),
                        write(y),
                        write(y16),
                        read(width),
                        read(ALPHA),
                        read(BETA),
                        read(EPS));
        Object[] arrays = {deviceX, deviceRouter, w, chosen, shares, places, rowsOf, tiles, results, y, y16};
        DeviceRun.run(graph -> bundle.addTo(graph.tasks(), "experts"), arrays, shares, places, rowsOf, tiles, y, y16);

        checkTables(x, router, rows, shares, places, rowsOf, tiles, 16);
        float[] expected = normed(sum(x, combined(floats(rowsOfExperts), places, shares, rows)), weights);
        assertThat(difference(y, expected)).isLessThan(1e-5);
        assertThat(difference(floats(numbers(y16)), expected)).isLessThan(5e-3);
    }

    private static void checkTables(
            float[] x,
            float[] router,
            int rows,
            FloatArray shares,
            IntArray places,
            IntArray rowsOf,
            IntArray tiles,
            int tileRows) {
        int width = x.length / rows;
        int[] expertOf = new int[2 * rows];
        int covered = 0;
        for (int tile = 0; tile < tiles.getSize(); tile += 3) {
            assertThat(tiles.get(tile + 2)).isBetween(0, tileRows);
            for (int i = 0; i < tiles.get(tile + 2); i++) {
                expertOf[tiles.get(tile + 1) + i] = tiles.get(tile);
                covered++;
            }
        }
        assertThat(covered).isEqualTo(2 * rows);
        for (int row = 0; row < rows; row++) {
            float[] logits = new float[EXPERTS];
            for (int e = 0; e < EXPERTS; e++) {
                logits[e] = dot(x, row * width, router, e * width, width);
            }
            int[] best = IntStream.range(0, EXPERTS)
                    .boxed()
                    .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                    .limit(2)
                    .mapToInt(Integer::intValue)
                    .sorted()
                    .toArray();
            double share = 1 / (1 + Math.exp(logits[best[1]] - logits[best[0]]));
            assertThat((double) shares.get(2 * row)).isCloseTo(share, within(1e-4));
            assertThat((double) shares.get(2 * row + 1)).isCloseTo(1 - share, within(1e-4));
            for (int i = 0; i < 2; i++) {
                int place = places.get(2 * row + i);
                assertThat(expertOf[place]).isEqualTo(best[i]);
                assertThat(rowsOf.get(place)).isEqualTo(row);
            }
        }
    }

    private static float[] combined(FloatArray results, IntArray places, FloatArray shares, int rows) {
        int width = results.getSize() / (2 * rows);
        float[] combined = new float[rows * width];
        for (int i = 0; i < combined.length; i++) {
            for (int choice = i / width * 2; choice < i / width * 2 + 2; choice++) {
                combined[i] += shares.get(choice) * results.get(places.get(choice) * width + i % width);
            }
        }
        return combined;
    }

    private static float[] sum(float[] residual, float[] branch) {
        float[] sum = new float[residual.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = ALPHA * residual[i] + BETA * branch[i];
        }
        return sum;
    }

    private static float[] normed(float[] rows, float[] weights) {
        float[] normed = new float[rows.length];
        for (int first = 0; first < rows.length; first += weights.length) {
            double squares = dot(rows, first, rows, first, weights.length);
            for (int i = 0; i < weights.length; i++) {
                normed[first + i] = (float) (rows[first + i] / Math.sqrt(squares / weights.length + EPS) * weights[i]);
            }
        }
        return normed;
    }

    private static float[] numbersOf(FloatArray array) {
        float[] numbers = new float[array.getSize()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i);
        }
        return numbers;
    }

    /// What comes in halves is read by a product.
    @Test
    void normsAndGatesIntoHalves() {
        int rows = 3;
        int width = 96;
        float[] x = random(1, rows * width);
        float[] weights = random(2, width);
        float[] gates = random(3, rows * width);
        PackedMatrix matrix = int8(4, 40, width);
        Object[] words = DeviceMatrices.of(List.of(matrix)).arrays().toArray();
        FloatArray deviceX = floats(x);
        FloatArray w = floats(weights);
        FloatArray g = floats(gates);
        FloatArray halves = new FloatArray(rows * StepShapes.halves(width));
        FloatArray y = new FloatArray(rows * 40);
        IntArray tiles = ints(0, 0, rows);

        CudaTasks.Bundle bundle = new CudaTasks.Bundle()
                .addEarly(
                        StepShapes.keepingRow("gateAndSplit", rows, width),
                        read(deviceX),
                        read(w),
                        read(g),
                        write(halves),
                        read(width),
                        read(EPS))
                .addEarly(
                        StepShapes.stream(8, 1, 40, 0),
                        read(tiles),
                        read(0L),
                        read(halves),
                        read(words[0]),
                        read(words[1]),
                        write(y),
                        read(0L),
                        read(0L),
                        read(0L),
                        read(width),
                        read(40),
                        read(0),
                        read(1));
        Object[] arrays = {deviceX, w, g, halves, words[0], words[1], tiles, y};
        DeviceRun.run(graph -> bundle.addTo(graph.tasks(), "gate"), arrays, y);

        float[] gated = normed(x, weights);
        for (int i = 0; i < gated.length; i++) {
            gated[i] /= 1 + (float) Math.exp(-gates[i]);
        }
        float[] expected = new float[rows * 40];
        multiply(gated, 0, rows, matrix, expected);
        assertThat(difference(y, expected)).isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource({"64, 128, 5", "1024, 384, 300", "192, 256, 125"})
    void feedsAPromptForwardByInt8Experts(int hidden, int intermediate, int rows) {
        List<PackedMatrix> gate = List.of(int8(1, intermediate, hidden), int8(2, intermediate, hidden));
        List<PackedMatrix> up = List.of(int8(3, intermediate, hidden), int8(4, intermediate, hidden));
        List<PackedMatrix> down = List.of(int8(5, hidden, intermediate), int8(6, hidden, intermediate));
        Object[] gates = DeviceMatrices.of(gate).arrays().toArray();
        Object[] ups = DeviceMatrices.of(up).arrays().toArray();
        Object[] downs = DeviceMatrices.of(down).arrays().toArray();
        int tileCount = Math.ceilDiv(rows, 125) + 1;
        IntArray tiles = new IntArray(3 * tileCount);
        for (int i = 0; i < tileCount - 1; i++) {
            DeviceArrays.set(tiles, 3 * (i + 1), 1 - i % 2, i * 125, Math.min(125, rows - i * 125));
        }
        float[] x = rounded(random(7, rows * hidden));
        int[] order = IntStream.range(0, rows).map(i -> rows - 1 - i).toArray();
        IntArray deviceX = bf16(x);
        IntArray rowsOf = ints(order);
        IntArray activated = new IntArray(rows * intermediate / 2);
        IntArray y = new IntArray(rows * hidden / 2);

        CudaTasks.Bundle bundle = new CudaTasks.Bundle()
                .add(
                        StepShapes.promptGateUp(tileCount, intermediate),
                        read(tiles),
                        read(rowsOf),
                        read(deviceX),
                        read(gates[0]),
                        read(gates[1]),
                        read(ups[0]),
                        read(ups[1]),
                        write(activated),
                        read(hidden),
                        read(intermediate))
                .add(
                        StepShapes.prompt(tileCount, hidden),
                        read(tiles),
                        read(0L),
                        read(activated),
                        read(downs[0]),
                        read(downs[1]),
                        write(y),
                        read(intermediate),
                        read(hidden));
        Object[] arrays = {tiles, rowsOf, deviceX, gates[0], gates[1], ups[0], ups[1], activated, downs[0], downs[1], y
        };
        DeviceRun.run(graph -> bundle.addTo(graph.tasks(), "experts"), arrays, y);

        float[] sorted = ordered(x, order, hidden);
        float[] expected = new float[rows * hidden];
        for (int t = 3; t < 3 * tileCount; t += 3) {
            int matrix = tiles.get(t);
            float[] between = activated(sorted, rows, gate.get(matrix), up.get(matrix));
            multiply(between, tiles.get(t + 1), tiles.get(t + 2), down.get(matrix), expected);
        }
        assertThat(difference(floats(numbers(y)), expected)).isLessThan(2e-2);
    }

    /// Turned by their positions, kept behind the past, and attended to, with a past that ends anywhere.
    @ParameterizedTest
    @CsvSource({"1, 0", "65, 127", "128, 0", "200, 131"})
    void attendsToAPromptAndItsPast(int rows, int past) {
        int kvHeads = 2;
        int heads = 8;
        int width = (heads + 2 * kvHeads) * DIM;
        int capacity = past + rows + 1;
        float[] qkv = rounded(random(1, rows * width));
        float[] keys = rounded(random(2, kvHeads * capacity * DIM));
        float[] values = rounded(random(3, kvHeads * capacity * DIM));
        IntArray deviceQkv = bf16(qkv);
        IntArray deviceKeys = bf16(keys);
        IntArray deviceValues = bf16(values);
        IntArray before = ints(past);
        IntArray out = new IntArray(rows * heads * DIM / 2);

        CudaTasks.Bundle bundle = new CudaTasks.Bundle()
                .add(
                        new CudaCall.Launch("turnAndKeep", rows, 1, 256),
                        read(before),
                        update(deviceQkv),
                        update(deviceKeys),
                        update(deviceValues),
                        read(heads),
                        read(kvHeads),
                        read(64),
                        read(1e7f),
                        read((long) capacity))
                .add(
                        StepShapes.softmaxPrefill(rows, heads),
                        read(before),
                        read(deviceQkv),
                        read(deviceKeys),
                        read(deviceValues),
                        write(out),
                        read(rows),
                        read(heads),
                        read(kvHeads),
                        read((long) capacity));
        Object[] arrays = {before, deviceQkv, deviceKeys, deviceValues, out};
        DeviceRun.run(graph -> bundle.addTo(graph.tasks(), "attention"), arrays, out, deviceKeys, deviceValues);

        for (int row = 0; row < rows; row++) {
            for (int kvHead = 0; kvHead < kvHeads; kvHead++) {
                int at = (kvHead * capacity + past + row) * DIM;
                int from = row * width + (heads + kvHead) * DIM;
                System.arraycopy(turned(qkv, from, past + row), 0, keys, at, DIM);
                System.arraycopy(qkv, from + kvHeads * DIM, values, at, DIM);
            }
        }
        assertThat(difference(floats(numbers(deviceKeys)), keys)).isLessThan(5e-3);
        assertThat(difference(floats(numbers(deviceValues)), values)).isLessThan(1e-6);
        float[] expected = new float[rows * heads * DIM];
        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < heads; head++) {
                float[] query = turned(qkv, row * width + head * DIM, past + row);
                int first = head / (heads / kvHeads) * capacity * DIM;
                attend(query, keys, values, first, past + row + 1, expected, (row * heads + head) * DIM);
            }
        }
        assertThat(difference(floats(numbers(out)), expected)).isLessThan(1e-2);
    }

    private static void attend(float[] query, float[] keys, float[] values, int first, int count, float[] out, int at) {
        double[] shares = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            shares[i] = Math.exp(dot(query, 0, keys, first + i * DIM, DIM) / Math.sqrt(DIM));
            sum += shares[i];
        }
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < DIM; c++) {
                out[at + c] += (float) (shares[i] / sum * values[first + i * DIM + c]);
            }
        }
    }

    private PackedMatrix int8(long seed, int out, int in) {
        return plain.quantize(new RandomTensors(seed, DType.F32).tensor("weights", out, in), arena);
    }
}
