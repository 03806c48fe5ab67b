package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.StoredFloats;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.testing.ReferenceModel;
import io.thunderhead.model.tokenizer.TokenIds;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A whole model whose attention and experts are on the device, beside the same model on the CPU.
final class DeviceModelTest {
    private static final int PROMPT = 270;
    private static final int GENERATED = 6;
    private static final List<LayerKind> KINDS =
            List.of(LayerKind.LIGHTNING, LayerKind.LIGHTNING, LayerKind.SOFTMAX, LayerKind.SOFTMAX);

    private final ModelConfig config = Shapes.model(KINDS, 4, 2, 16);
    private final RandomTensors weights = new RandomTensors(5, DType.F32);

    @Test
    void generatesTheGreedyTokensOfTheCpu() {
        int[] prompt =
                new SplittableRandom(1).ints(PROMPT, 0, config.vocabSize()).toArray();
        try (Kernels plain = KernelSelection.choose("plain", 1).kernels();
                ReferenceModel expected = new ReferenceModel(config, weights, plain, PROMPT);
                OnDevice actual = new OnDevice(plain)) {
            SequenceState state = expected.newSequence();
            expected.run(StepRows.builder().prefill(state, TokenIds.of(prompt)).build());
            float[] logits = expected.logits(PROMPT - 1, 1);
            float[] hidden = actual.run(prompt, 0, false);
            for (int i = 0; i < GENERATED; i++) {
                float[] last = expected.workspace().hidden();
                int row = i == 0 ? PROMPT - 1 : 0;
                assertThat(difference(floats(rowOf(hidden, row)), rowOf(last, row)))
                        .as("hidden row of token %d", i)
                        .isLessThan(1e-4);
                int token = greedy(logits);
                assertThat(greedy(actual.logits(plain, rowOf(hidden, row))))
                        .as("token %d", i)
                        .isEqualTo(token);
                expected.run(
                        StepRows.builder().decode(state, TokenIds.of(token)).build());
                logits = expected.logits(0, 1);
                hidden = actual.run(new int[] {token}, PROMPT + i, true);
            }
            state.release();
        }
    }

    private float[] rowOf(float[] hidden, int row) {
        int size = config.hiddenSize();
        return Arrays.copyOfRange(hidden, row * size, (row + 1) * size);
    }

    private static int greedy(float[] logits) {
        return IntStream.range(0, logits.length).reduce(0, (best, id) -> logits[id] > logits[best] ? id : best);
    }

    /// One sequence, in the last slot, with its pages in falling order.
    private final class OnDevice implements AutoCloseable {
        private static final int SLOTS = 2;
        private static final List<Integer> PAGES = List.of(2, 1);

        private final Arena arena = Arena.ofShared();
        private final DeviceLayers lightning;
        private final DeviceLayers softmax;
        private final List<DeviceExperts> experts = new ArrayList<>();

        OnDevice(Kernels plain) {
            DeviceWeights loader = new DeviceWeights(config, weights, plain, arena);
            this.lightning = loader.layers(LayerKind.LIGHTNING, List.of(0, 1), SLOTS, 1, 300);
            this.softmax = loader.layers(LayerKind.SOFTMAX, List.of(2, 3), 3, 1, 300);
            for (int layer = 0; layer < KINDS.size(); layer++) {
                experts.add(loader.experts(layer, 64));
            }
        }

        /// The hidden rows after the last layer.
        float[] run(int[] tokens, int startPosition, boolean decode) {
            int rows = tokens.length;
            DeviceRows step = new DeviceRows().add(startPosition, rows, decode, SLOTS - 1, PAGES);
            float[] hidden = embed(tokens);
            float[] expertInput = new float[hidden.length];
            int[] ids = new int[rows * config.topK()];
            float[] shares = new float[ids.length];
            for (int layer = 0; layer < KINDS.size(); layer++) {
                DeviceLayers layers = KINDS.get(layer) == LayerKind.LIGHTNING ? lightning : softmax;
                layers.attend(layer % 2, step, hidden, expertInput, ids, shares);
                float[] sum = runExperts(experts.get(layer), expertInput, ids, shares);
                for (int i = 0; i < hidden.length; i++) {
                    hidden[i] = config.mlpFactors().alpha() * expertInput[i]
                            + config.mlpFactors().beta() * sum[i];
                }
            }
            return hidden;
        }

        private float[] embed(int[] tokens) {
            int size = config.hiddenSize();
            float[] hidden = new float[tokens.length * size];
            var table = weights.tensor(TensorNames.EMBEDDING, config.vocabSize(), size);
            for (int row = 0; row < tokens.length; row++) {
                StoredFloats.read(table, (long) tokens[row] * size, size, hidden, row * size);
            }
            return hidden;
        }

        private float[] runExperts(DeviceExperts device, float[] input, int[] ids, float[] shares) {
            int size = config.hiddenSize();
            int[] all = IntStream.range(0, config.expertCount()).toArray();
            int[] firstRows = new int[all.length + 1];
            int[] order = IntStream.range(0, ids.length)
                    .boxed()
                    .sorted(Comparator.comparingInt(i -> ids[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int id : ids) {
                firstRows[id + 1]++;
            }
            for (int expert = 0; expert < all.length; expert++) {
                firstRows[expert + 1] += firstRows[expert];
            }
            float[] x = new float[ids.length * size];
            float[] y = new float[x.length];
            for (int i = 0; i < order.length; i++) {
                System.arraycopy(input, order[i] / config.topK() * size, x, i * size, size);
            }
            device.run(all, firstRows, all.length, x, y);
            float[] sum = new float[input.length];
            for (int i = 0; i < order.length; i++) {
                for (int j = 0; j < size; j++) {
                    sum[order[i] / config.topK() * size + j] += shares[order[i]] * y[i * size + j];
                }
            }
            return sum;
        }

        float[] logits(Kernels plain, float[] hidden) {
            int size = config.hiddenSize();
            float[] norm = StoredFloats.read(weights.tensor(TensorNames.FINAL_NORM, size));
            float[] normed = new float[size];
            plain.rmsNorm(hidden, 1, norm, config.rmsNormEps(), normed);
            float[] logits = new float[config.vocabSize()];
            plain.matmul(
                    normed, 1, plain.pack(weights.tensor(TensorNames.HEAD, config.vocabSize(), size), arena), logits);
            return logits;
        }

        @Override
        public void close() {
            experts.forEach(DeviceExperts::close);
            softmax.close();
            lightning.close();
            arena.close();
        }
    }
}
