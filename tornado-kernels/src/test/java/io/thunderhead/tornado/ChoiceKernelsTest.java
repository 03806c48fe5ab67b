package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.ints;
import static io.thunderhead.tornado.DeviceRun.random;
import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.model.layers.Routing;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaTasks;
import io.thunderhead.tornado.kernels.ChoiceKernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

final class ChoiceKernelsTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 8, 2", "130, 32, 2", "7, 31, 5"})
    void choosesExpertsAsTheRouterOfTheCpu(int rows, int experts, int topK) {
        Routing expected = new Routing(rows, experts, topK);
        float[] logits = random(5, rows * experts);
        // few values, so that many are equal
        for (int i = 0; i < logits.length; i++) {
            logits[i] = Math.round(logits[i] * 4);
        }
        System.arraycopy(logits, 0, expected.logits(), 0, logits.length);
        expected.choose(rows);

        FloatArray deviceLogits = floats(logits);
        IntArray ids = new IntArray(rows * topK);
        FloatArray weights = new FloatArray(rows * topK);
        IntArray step = ints(rows, 0);
        DeviceRun.run(
                graph -> {
                    graph.tasks()
                            .task(
                                    "choose",
                                    ChoiceKernels::topExperts,
                                    graph.context(),
                                    step,
                                    deviceLogits,
                                    ids,
                                    weights,
                                    experts,
                                    topK);
                    graph.launch("choose", 32, Math.ceilDiv(rows, 32), 1, 1);
                },
                new Object[] {step, deviceLogits, ids, weights},
                ids,
                weights);

        for (int row = 0; row < rows; row++) {
            for (int slot = 0; slot < topK; slot++) {
                assertThat(ids.get(row * topK + slot))
                        .as("row %d slot %d", row, slot)
                        .isEqualTo(expected.expertId(row, slot));
                assertThat(weights.get(row * topK + slot)).isCloseTo(expected.weight(row, slot), within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 31", "3, 127", "2, 1000"})
    void takesTheLargestLogitAndTheLowestIdAmongEquals(int rows, int vocab) {
        float[] logits = random(6, rows * vocab);
        for (int i = 0; i < logits.length; i++) {
            logits[i] = Math.round(logits[i] * 20);
        }
        IntArray tokens = greedyTokens(logits, rows, vocab);
        for (int row = 0; row < rows; row++) {
            int best = 0;
            for (int id = 1; id < vocab; id++) {
                best = logits[row * vocab + id] > logits[row * vocab + best] ? id : best;
            }
            assertThat(tokens.get(row)).as("row %d", row).isEqualTo(best);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void choosesNothingFromARowThatIsNotFinite(float strange) {
        float[] logits = random(7, 3 * 500);
        logits[500 + 321] = strange;
        IntArray tokens = greedyTokens(logits, 3, 500);
        assertThat(tokens.get(1)).isEqualTo(-1);
        assertThat(tokens.get(0)).isNotNegative();
        assertThat(tokens.get(2)).isNotNegative();
    }

    private static IntArray greedyTokens(float[] logits, int rows, int vocab) {
        FloatArray deviceLogits = floats(logits);
        IntArray tokens = new IntArray(rows);
        IntArray tokensOfCuda = new IntArray(rows);
        IntArray step = ints(rows, 0);
        DeviceRun.run(
                graph -> {
                    if (graph.cuda()) {
                        CudaTasks.add(
                                graph.tasks(),
                                "greedyInCuda",
                                new CudaCall.Launch("greedyTokens", rows, 1, 1024),
                                read(step),
                                read(deviceLogits),
                                write(tokensOfCuda),
                                read(vocab));
                    }
                    graph.tasks()
                            .task(
                                    "greedy",
                                    ChoiceKernels::greedyTokens,
                                    graph.context(),
                                    step,
                                    deviceLogits,
                                    tokens,
                                    vocab);
                    graph.launch("greedy", ChoiceKernels.GROUP, rows, 1, 1);
                },
                new Object[] {step, deviceLogits, tokens, tokensOfCuda},
                tokens,
                tokensOfCuda);
        if (DeviceRun.target().cuda()) {
            assertThat(tokensOfCuda.toHeapArray()).isEqualTo(tokens.toHeapArray());
        }
        return tokens;
    }
}
