package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.ints;
import static io.thunderhead.tornado.DeviceRun.random;
import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;
import static io.thunderhead.tornado.cuda.CudaTasks.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaTasks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
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

/// The kernels in CUDA C against plain loops. Only where TornadoVM's default device is a CUDA one.
final class CudaKernelsTest {
    private static final int HEADS = 2;
    private static final int DIM = 128;
    private static final int STATE = DIM * DIM;
    private static final int SLOTS = 3;
    private static final float[] SLOPES = {0.7f, 0.01f};

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

    /// A segment that goes on from slot 2, and one of several tokens that begins in slot 0.
    @Test
    void decodesLightningAsTheRecurrence() {
        int rows = 4;
        IntArray segments = ints(0, 1, 2, 0, 1, 3, 0, 1);
        float[] qkv = random(1, rows * HEADS * 3 * DIM);
        float[] states = random(2, SLOTS * HEADS * STATE);
        FloatArray deviceStates = floats(states);
        FloatArray out = new FloatArray(rows * HEADS * DIM);
        FloatArray deviceQkv = floats(qkv);
        IntArray step = ints(rows, 0);
        FloatArray slopes = floats(SLOPES);

        DeviceRun.run(
                graph -> CudaTasks.add(
                        graph.tasks(),
                        "decode",
                        CudaShapes.decode(2, HEADS),
                        read(step),
                        read(segments),
                        read(deviceQkv),
                        update(deviceStates),
                        read(slopes),
                        write(out),
                        read(SLOTS),
                        read(HEADS),
                        read(0)),
                new Object[] {step, segments, deviceQkv, deviceStates, slopes, out},
                out,
                deviceStates);

        float[] expected = new float[rows * HEADS * DIM];
        recurrence(qkv, states, 0, 1, 2, false, expected);
        recurrence(qkv, states, 1, 3, 0, true, expected);
        assertThat(difference(out, expected)).isLessThan(1e-5);
        assertThat(difference(deviceStates, states)).isLessThan(1e-5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 63, 64, 65, 127, 300, 1000})
    void prefillsLightningAsTheRecurrenceInBf16(int tokens) {
        int rows = tokens + 5;
        IntArray segments = ints(0, 5, 2, 1, 5, tokens, 1, 0);
        float[] qkv = rounded(random(tokens, rows * HEADS * 3 * DIM));
        float[] states = random(2, SLOTS * HEADS * STATE);
        FloatArray deviceStates = floats(states);
        IntArray out = new IntArray(rows * HEADS * DIM / 2);
        IntArray deviceQkv = bf16(qkv);
        IntArray step = ints(rows, 0);
        FloatArray slopes = floats(SLOPES);

        DeviceRun.run(
                graph -> CudaTasks.add(
                        graph.tasks(),
                        "prefill",
                        CudaShapes.prefill(HEADS, 2),
                        read(step),
                        read(segments),
                        read(deviceQkv),
                        update(deviceStates),
                        read(slopes),
                        write(out),
                        read(SLOTS),
                        read(HEADS)),
                new Object[] {step, segments, deviceQkv, deviceStates, slopes, out},
                out,
                deviceStates);

        float[] expected = new float[rows * HEADS * DIM];
        recurrence(qkv, states, 0, 5, 2, true, expected);
        recurrence(qkv, states, 5, tokens, 1, false, expected);
        assertThat(difference(floats(numbers(out)), expected)).isLessThan(1e-2);
        assertThat(difference(deviceStates, states)).isLessThan(1e-2);
    }

    /// Three prompts, of which two wait for a group that has done another.
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 63, 64, 65, 127, 300, 1000})
    void prefillsLightningAsTheRecurrence(int tokens) {
        int rows = tokens + 75;
        IntArray prompts = ints(0, 5, 2, 1, 5, tokens, 1, 0, 5 + tokens, 70, 0, 0, 0, 0, 0, 0);
        float[] qkv = random(tokens, rows * HEADS * 3 * DIM);
        float[] states = random(2, SLOTS * HEADS * STATE);
        FloatArray deviceStates = floats(states);
        FloatArray out = new FloatArray(rows * HEADS * DIM);
        FloatArray deviceQkv = floats(qkv);
        IntArray step = ints(rows, 0);
        FloatArray slopes = floats(SLOPES);

        DeviceRun.run(
                graph -> CudaTasks.add(
                        graph.tasks(),
                        "prompts",
                        CudaShapes.lightningPrompt(HEADS),
                        read(step),
                        read(prompts),
                        read(deviceQkv),
                        update(deviceStates),
                        read(slopes),
                        write(out),
                        read(SLOTS),
                        read(HEADS),
                        read(4),
                        read(1)),
                new Object[] {step, prompts, deviceQkv, deviceStates, slopes, out},
                out,
                deviceStates);

        float[] expected = new float[rows * HEADS * DIM];
        for (int i = 0; i < qkv.length; i++) {
            qkv[i] = (float) (qkv[i] / (1 + Math.exp(-qkv[i])));
        }
        recurrence(qkv, states, 0, 5, 2, true, expected);
        recurrence(qkv, states, 5, tokens, 1, false, expected);
        recurrence(qkv, states, 5 + tokens, 70, 0, false, expected);
        assertThat(difference(out, expected)).isLessThan(1e-5);
        assertThat(difference(deviceStates, states)).isLessThan(1e-5);
    }

    /// As the model has it: `state = exp(-s) state + k v^T`, `out = q state`.
    private static void recurrence(
            float[] qkv, float[] states, int firstRow, int rows, int slot, boolean fresh, float[] out) {
        for (int head = 0; head < HEADS; head++) {
            int state = (slot * HEADS + head) * STATE;
            for (int i = 0; fresh && i < STATE; i++) {
                states[state + i] = 0;
            }
            float decay = (float) Math.exp(-SLOPES[head]);
            for (int row = firstRow; row < firstRow + rows; row++) {
                int at = (row * HEADS + head) * 3 * DIM;
                for (int i = 0; i < STATE; i++) {
                    int place = state + i;
                    states[place] = decay * states[place] + qkv[at + DIM + i / DIM] * qkv[at + 2 * DIM + i % DIM];
                    out[(row * HEADS + head) * DIM + i % DIM] += qkv[at + i / DIM] * states[place];
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "48, 40, false",
        "64, 32, true",
        "1000, 96, false",
        "1000, 96, true",
        "6144, 64, false",
        "6144, 64, true"
    })
    void multipliesFewRowsByInt8(int in, int out, boolean ofOne) {
        PackedMatrix first = int8(1, out, in);
        PackedMatrix second = int8(2, out, in);
        DeviceMatrices both = DeviceMatrices.of(List.of(first, second));
        IntArray tiles = ints(1, 0, 8, 0, 8, 1, 0, 9, 2, 0, 0, 0, 1, 11, 3, 0, 14, 4, 1, 18, 7);
        int rows = 25;
        float[] x = random(3, rows * in);
        FloatArray deviceX = floats(x);
        FloatArray y = new FloatArray(rows * out);
        Object words = both.arrays().get(0);
        Object scales = both.arrays().get(1);

        DeviceRun.run(
                graph -> CudaTasks.add(
                        graph.tasks(),
                        "product",
                        CudaShapes.product(ofOne, 7, out),
                        read(tiles),
                        read(deviceX),
                        read(words),
                        read(scales),
                        write(y),
                        read(in),
                        read(out)),
                new Object[] {tiles, deviceX, words, scales, y},
                y);

        float[] expected = new float[rows * out];
        for (int t = 0; t < tiles.getSize(); t += 3) {
            PackedMatrix matrix = tiles.get(t) == 0 ? first : second;
            multiply(x, tiles.get(t + 1), tiles.get(t + 2), matrix, expected);
        }
        assertThat(difference(y, expected)).isLessThan(1e-5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void feedsForwardByInt8Experts(boolean ofOne) {
        int hidden = 96;
        int intermediate = 160;
        FeedForwardWeights expert = new FeedForwardWeights(
                int8(1, intermediate, hidden), int8(2, intermediate, hidden), int8(3, hidden, intermediate));
        DeviceMatrices gate = DeviceMatrices.of(List.of(expert.gate()));
        DeviceMatrices up = DeviceMatrices.of(List.of(expert.up()));
        int rows = 6;
        float[] x = random(4, rows * hidden);
        FloatArray deviceX = floats(x);
        IntArray tiles = ints(0, 0, rows);
        FloatArray y = new FloatArray(rows * intermediate);
        Object[] weights = {
            gate.arrays().get(0),
            gate.arrays().get(1),
            up.arrays().get(0),
            up.arrays().get(1)
        };

        DeviceRun.run(
                graph -> CudaTasks.add(
                        graph.tasks(),
                        "gateUp",
                        CudaShapes.gateUp(ofOne, 1, intermediate),
                        read(tiles),
                        read(deviceX),
                        read(weights[0]),
                        read(weights[1]),
                        read(weights[2]),
                        read(weights[3]),
                        write(y),
                        read(hidden),
                        read(intermediate)),
                new Object[] {tiles, deviceX, weights[0], weights[1], weights[2], weights[3], y},
                y);

        float[] gates = new float[rows * intermediate];
        float[] expected = new float[rows * intermediate];
        multiply(x, 0, rows, expert.gate(), gates);
        multiply(x, 0, rows, expert.up(), expected);
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= gates[i] / (1 + (float) Math.exp(-gates[i]));
        }
        assertThat(difference(y, expected)).isLessThan(1e-5);
    }

    /// int8 panels to bf16, then by cuBLAS.
    @ParameterizedTest
    @CsvSource({"48, 40, 3", "256, 96, 64", "1000, 64, 37"})
    void expandsAndMultipliesInBf16(int in, int out, int rows) {
        PackedMatrix matrix = int8(1, out, in);
        DeviceMatrices device = DeviceMatrices.of(List.of(matrix));
        float[] x = rounded(random(3, rows * in));
        IntArray deviceX = bf16(x);
        IntArray expanded = new IntArray(out * in / 2);
        IntArray y = new IntArray(rows * out / 2);
        Object words = device.arrays().get(0);
        Object scales = device.arrays().get(1);

        DeviceRun.run(
                graph -> {
                    CudaTasks.add(
                            graph.tasks(),
                            "expand",
                            new CudaCall.Launch("expandInt8", Math.ceilDiv(in, 128), Math.ceilDiv(out, 32), 256),
                            read(words),
                            read(scales),
                            write(expanded),
                            read(0),
                            read(in),
                            read(out));
                    CudaTasks.add(
                            graph.tasks(),
                            "product",
                            new CudaCall.Product(rows, out, in),
                            read(deviceX),
                            read(expanded),
                            write(y));
                },
                new Object[] {deviceX, words, scales, expanded, y},
                y);

        float[] expected = new float[rows * out];
        multiply(x, 0, rows, matrix, expected);
        assertThat(difference(floats(numbers(y)), expected)).isLessThan(2e-2);
    }

    @Test
    void feedsForwardGroupsInBf16() {
        int hidden = 64;
        int intermediate = 96;
        int rows = 37;
        float[] x = rounded(random(5, rows * hidden));
        float[][] weights = {
            rounded(random(6, 3 * intermediate * hidden)),
            rounded(random(7, 3 * intermediate * hidden)),
            rounded(random(8, 3 * hidden * intermediate))
        };
        IntArray deviceX = bf16(x);
        IntArray gate = bf16(weights[0]);
        IntArray up = bf16(weights[1]);
        IntArray down = bf16(weights[2]);
        IntArray gates = new IntArray(rows * intermediate / 2);
        IntArray ups = new IntArray(rows * intermediate / 2);
        IntArray y = new IntArray(rows * hidden / 2);
        IntArray groups = ints(0, 20, 2, 20, 0, 1, 20, 17, 0);

        DeviceRun.run(
                graph -> CudaTasks.add(
                        graph.tasks(),
                        "experts",
                        new CudaCall.GroupedExperts(3, hidden, intermediate),
                        read(deviceX),
                        read(gate),
                        read(up),
                        read(down),
                        update(gates),
                        update(ups),
                        write(y),
                        read(groups)),
                new Object[] {deviceX, gate, up, down, gates, ups, y, groups},
                y);

        float[] expected = new float[rows * hidden];
        for (int row = 0; row < rows; row++) {
            int matrix = row < 20 ? 2 : 0;
            float[] activated = new float[intermediate];
            for (int i = 0; i < intermediate; i++) {
                float g = dot(x, row * hidden, weights[0], (matrix * intermediate + i) * hidden, hidden);
                float u = dot(x, row * hidden, weights[1], (matrix * intermediate + i) * hidden, hidden);
                activated[i] = g / (1 + (float) Math.exp(-g)) * u;
            }
            for (int i = 0; i < hidden; i++) {
                int at = (matrix * hidden + i) * intermediate;
                expected[row * hidden + i] = dot(activated, 0, weights[2], at, intermediate);
            }
        }
        assertThat(difference(floats(numbers(y)), expected)).isLessThan(2e-2);
    }

    @Test
    void attendsToTheKeysBeforeAToken() {
        int kvHeads = 2;
        int capacity = 40;
        int position = 37;
        int heads = 8 * kvHeads;
        float[] qkv = random(1, (heads + 2 * kvHeads) * DIM);
        float[] cache = random(2, kvHeads * 2 * capacity * DIM);
        FloatArray deviceQkv = floats(qkv);
        FloatArray deviceCache = floats(cache);
        IntArray positions = ints(position);
        FloatArray out = new FloatArray(heads * DIM);

        DeviceRun.run(
                graph -> CudaTasks.add(
                        graph.tasks(),
                        "softmax",
                        new CudaCall.Launch("softmaxDecode", 1, kvHeads, 1024),
                        read(deviceQkv),
                        update(deviceCache),
                        read(positions),
                        write(out),
                        read(kvHeads),
                        read(capacity),
                        read(64),
                        read(1e7f)),
                new Object[] {deviceQkv, deviceCache, positions, out},
                out);

        float[] expected = new float[heads * DIM];
        for (int head = 0; head < heads; head++) {
            int kvHead = head / 8;
            int keys = kvHead * 2 * capacity * DIM;
            System.arraycopy(turned(qkv, (heads + kvHead) * DIM, position), 0, cache, keys + position * DIM, DIM);
            int values = keys + capacity * DIM;
            System.arraycopy(qkv, (heads + kvHeads + kvHead) * DIM, cache, values + position * DIM, DIM);
            float[] query = turned(qkv, head * DIM, position);
            double[] shares = new double[position + 1];
            double sum = 0;
            for (int i = 0; i <= position; i++) {
                shares[i] = Math.exp(dot(query, 0, cache, keys + i * DIM, DIM) / Math.sqrt(DIM));
                sum += shares[i];
            }
            for (int i = 0; i <= position; i++) {
                for (int c = 0; c < DIM; c++) {
                    expected[head * DIM + c] += (float) (shares[i] / sum * cache[values + i * DIM + c]);
                }
            }
        }
        assertThat(difference(out, expected)).isLessThan(1e-4);
    }

    static float[] turned(float[] of, int first, int position) {
        float[] turned = Arrays.copyOfRange(of, first, first + DIM);
        for (int i = 0; i < 32; i++) {
            double angle = position * Math.pow(1e7, -2.0 * i / 64);
            float low = of[first + i];
            float high = of[first + 32 + i];
            turned[i] = (float) (low * Math.cos(angle) - high * Math.sin(angle));
            turned[32 + i] = (float) (high * Math.cos(angle) + low * Math.sin(angle));
        }
        return turned;
    }

    static float dot(float[] a, int firstA, float[] b, int firstB, int count) {
        float sum = 0;
        for (int i = 0; i < count; i++) {
            sum += a[firstA + i] * b[firstB + i];
        }
        return sum;
    }

    static void multiply(float[] x, int firstRow, int rows, PackedMatrix matrix, float[] y) {
        int in = matrix.inSize();
        int out = matrix.outSize();
        for (int row = firstRow; row < firstRow + rows; row++) {
            for (int o = 0; o < out; o++) {
                double sum = 0;
                for (int i = 0; i < in; i++) {
                    long at = (long) o / 32 * in * 32 + i * 32L + o % 32;
                    sum += x[row * in + i] * matrix.data().get(ValueLayout.JAVA_BYTE, at);
                }
                y[row * out + o] =
                        (float) (sum * matrix.scales().get(ValueLayout.JAVA_FLOAT_UNALIGNED, o * (long) Float.BYTES));
            }
        }
    }

    private PackedMatrix int8(long seed, int out, int in) {
        return plain.quantize(new RandomTensors(seed, DType.F32).tensor("weights", out, in), arena);
    }

    static IntArray bf16(float[] values) {
        IntArray pairs = new IntArray(values.length / 2);
        for (int i = 0; i < values.length; i += 2) {
            pairs.set(i / 2, bits(values[i]) | (bits(values[i + 1]) << 16));
        }
        return pairs;
    }

    private static int bits(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    }

    static float[] rounded(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = Float.intBitsToFloat(bits(values[i]) << 16);
        }
        return rounded;
    }

    static float[] numbers(IntArray pairs) {
        float[] numbers = new float[pairs.getSize() * 2];
        MemorySegment words = pairs.getSegment();
        for (int i = 0; i < pairs.getSize(); i++) {
            int word = words.getAtIndex(ValueLayout.JAVA_INT, i);
            numbers[2 * i] = Float.intBitsToFloat(word << 16);
            numbers[2 * i + 1] = Float.intBitsToFloat(word & 0xffff0000);
        }
        return numbers;
    }
}
