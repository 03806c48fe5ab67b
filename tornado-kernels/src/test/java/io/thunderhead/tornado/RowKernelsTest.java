package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.ints;
import static io.thunderhead.tornado.DeviceRun.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.config.ResidualFactors;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.tornado.kernels.RowKernels;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// All with one row more than the step has, which must stay as it is.
final class RowKernelsTest {
    private static final float UNTOUCHED = 0.25f;

    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();

    @AfterEach
    void close() {
        plain.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 31", "2, 127", "7, 1000"})
    void normsAsThePlainTwinWithTheWeightsOfTheLayer(int rows, int width) {
        float[] x = random(1, rows * width);
        float[] weights = random(2, 2 * width);
        float[] expected = new float[x.length];
        float[] ofLayer = Arrays.copyOfRange(weights, width, 2 * width);
        plain.rmsNorm(x, rows, ofLayer, 1e-5f, expected);

        FloatArray y = withRowMore(x, width);
        FloatArray allWeights = floats(weights);
        IntArray step = ints(rows, 1);
        DeviceRun.run(
                graph -> {
                    graph.tasks()
                            .task("norm", RowKernels::rmsNorm, graph.context(), step, y, allWeights, y, width, 1e-5f);
                    graph.launch("norm", RowKernels.GROUP, rows + 1, 1, 1);
                },
                new Object[] {step, y, allWeights},
                y);

        assertRows(y, expected);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 31", "2, 127", "7, 1000"})
    void addsResidualsAsThePlainTwin(int rows, int width) {
        float[] residual = random(1, rows * width);
        float[] branch = random(2, rows * width);
        float[] expected = new float[residual.length];
        plain.addResidual(residual, branch, new ResidualFactors(3.5f, 0.75f), expected.length, expected);

        FloatArray y = withRowMore(residual, width);
        FloatArray added = withRowMore(branch, width);
        IntArray step = ints(rows, 0);
        DeviceRun.run(
                graph -> {
                    graph.tasks()
                            .task(
                                    "add",
                                    RowKernels::addResidual,
                                    graph.context(),
                                    step,
                                    y,
                                    added,
                                    y,
                                    width,
                                    3.5f,
                                    0.75f);
                    graph.launch("add", RowKernels.GROUP, rows + 1, 1, 1);
                },
                new Object[] {step, y, added},
                y);

        assertRows(y, expected);
    }

    /// SiLU, then the output gate, then the gate of an expert, one after the other over the same rows.
    @ParameterizedTest
    @CsvSource({"1, 1", "3, 31", "2, 127", "7, 1000"})
    void gatesAsThePlainTwin(int rows, int width) {
        float[] expected = random(1, rows * width);
        float[] gates = random(2, rows * width);
        FloatArray x = withRowMore(expected, width);
        FloatArray other = withRowMore(gates, width);
        plain.silu(expected, expected.length);
        plain.gate(expected, gates, expected.length);
        plain.silu(expected, expected.length);
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= gates[i];
        }

        IntArray step = ints(rows, 0);
        DeviceRun.run(
                graph -> {
                    graph.tasks()
                            .task("silu", RowKernels::silu, graph.context(), step, x, width)
                            .task("gate", RowKernels::gate, graph.context(), step, x, other, width)
                            .task("times", RowKernels::siluTimes, graph.context(), step, x, other, width);
                    for (String task : new String[] {"silu", "gate", "times"}) {
                        graph.launch(task, RowKernels.GROUP, rows + 1, 1, 1);
                    }
                },
                new Object[] {step, x, other},
                x);

        assertRows(x, expected);
    }

    private static FloatArray withRowMore(float[] rows, int width) {
        float[] more = Arrays.copyOf(rows, rows.length + width);
        Arrays.fill(more, rows.length, more.length, UNTOUCHED);
        return floats(more);
    }

    private static void assertRows(FloatArray actual, float[] expected) {
        assertThat(difference(actual, expected)).isLessThan(1e-5);
        for (int i = expected.length; i < actual.getSize(); i++) {
            assertThat(actual.get(i)).as("row of nobody").isEqualTo(UNTOUCHED);
        }
    }
}
