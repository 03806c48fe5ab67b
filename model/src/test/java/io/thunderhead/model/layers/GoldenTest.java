package io.thunderhead.model.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.GoldenTensors;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.testing.ReferenceModel;
import io.thunderhead.model.testing.TestKernels;
import io.thunderhead.model.tokenizer.TokenIds;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The model against numbers of transformers 5.17 in float32; what each name means is in goldens/README.md.
final class GoldenTest {
    private static final int TOKEN_MAX = 2048;

    /// Prompts longer than this are left to the vector kernels: plain ones, and steps of one token, would take minutes.
    private static final int SLOW_TOKEN_MAX = 300;

    static Stream<Arguments> modelsAndKernels() {
        return Arrays.stream(GoldenModel.values())
                .flatMap(model -> Stream.of(TestKernels.PLAIN, TestKernels.VECTOR, TestKernels.VECTOR_THREADS)
                        .map(kernels -> Arguments.of(model, kernels)));
    }

    static Stream<Arguments> fullRotaryModels() {
        return modelsAndKernels().filter(arguments -> arguments.get()[0] != GoldenModel.G4);
    }

    static Stream<Arguments> batchModels() {
        return modelsAndKernels().filter(arguments -> arguments.get()[0] == GoldenModel.G1);
    }

    @ParameterizedTest
    @MethodSource("modelsAndKernels")
    void givesTheLogitsOfWholePrompts(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder());
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            for (int length : lengths(expected, kernels)) {
                int[] prompt = expected.ints("p" + length + ".input_ids");
                float[] logits = prefill(model, prompt, TOKEN_MAX);
                checkLogits(golden, expected, "p" + length, logits);
                checkEveryPosition(golden, expected, "p" + length, prompt, logits);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndKernels")
    void givesTheLogitsOfPromptsInChunks(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder());
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            for (int length : lengths(expected, kernels)) {
                int[] prompt = expected.ints("p" + length + ".input_ids");
                checkLogits(golden, expected, "p" + length, prefill(model, prompt, 256));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndKernels")
    void givesTheLogitsTokenByToken(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder());
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            for (int length : lengths(expected, kernels)) {
                if (length > SLOW_TOKEN_MAX) {
                    continue;
                }
                int[] prompt = expected.ints("p" + length + ".input_ids");
                SequenceState state = model.newSequence();
                float[] logits = new float[0];
                for (int token : prompt) {
                    model.run(
                            StepRows.builder().decode(state, TokenIds.of(token)).build());
                    logits = model.logits(0, 1);
                }
                state.release();
                checkLogits(golden, expected, "p" + length, logits);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndKernels")
    void continuesGreedily(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder());
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            for (int length : lengths(expected, kernels)) {
                int[] prompt = expected.ints("p" + length + ".input_ids");
                int[] wanted = expected.ints("p" + length + ".greedy");
                assertThat(greedy(model, prompt, wanted.length))
                        .as("p" + length + ".greedy")
                        .containsExactly(wanted);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fullRotaryModels")
    void rotatesTheWholeHeadWhenTheConfigSaysSo(GoldenModel golden, TestKernels kernels) {
        GoldenTensors prompts = Goldens.expected(golden.folder());
        GoldenTensors expected = Goldens.expected(golden.folder(), "expected_fullrope.safetensors");
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.fullRotaryConfig(), opened)) {
            for (int length : lengths(prompts, kernels)) {
                int[] prompt = prompts.ints("p" + length + ".input_ids");
                checkLogits(golden, expected, "p" + length, prefill(model, prompt, TOKEN_MAX));
                String greedy = "p" + length + ".greedy";
                if (expected.names().contains(greedy)) {
                    int[] wanted = expected.ints(greedy);
                    assertThat(greedy(model, prompt, wanted.length)).containsExactly(wanted);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndKernels")
    void leavesTheLightningStates(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder());
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            for (int length : lengths(expected, kernels)) {
                SequenceState state = model.newSequence();
                model.run(prefillRows(state, expected.ints("p" + length + ".input_ids")));
                for (int layer : layersWith(expected, model.config(), "p" + length + ".state.")) {
                    String name = "p" + length + ".state." + layer;
                    float[] found = state.lightning(layer).toArray(ValueLayout.JAVA_FLOAT);
                    checkClose(name, found, expected.floats(name), golden.tolerance());
                }
                state.release();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndKernels")
    void choosesTheExperts(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder());
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            for (int length : lengths(expected, kernels)) {
                String prompt = "p" + length;
                SequenceState state = model.newSequence();
                model.run(
                        prefillRows(state, expected.ints(prompt + ".input_ids")),
                        layer -> checkRouting(golden, expected, prompt, layer.index(), model));
                state.release();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndKernels")
    void givesTheHiddenRowsOfEveryLayer(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder());
        if (!expected.names().contains("p257.hidden")) {
            return;
        }
        int[] rows = expected.ints("p257.hidden_rows");
        float[] wanted = expected.floats("p257.hidden");
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            int size = rows.length * model.config().hiddenSize();
            SequenceState state = model.newSequence();
            model.run(prefillRows(state, expected.ints("p257.input_ids")), layer -> {
                int first = (layer.index() + 1) * size;
                checkClose(
                        "hidden after layer " + layer.index(),
                        rowsOf(model.workspace().hidden(), rows, model.config().hiddenSize()),
                        Arrays.copyOfRange(wanted, first, first + size),
                        golden.tolerance());
            });
            state.release();
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndKernels")
    void givesThePartsOfALayer(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder());
        if (!expected.names().contains("p7.dbg.0.out")) {
            return;
        }
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            SequenceState state = model.newSequence();
            Workspace workspace = model.workspace();
            model.run(prefillRows(state, expected.ints("p7.input_ids")), layer -> {
                String name = "p7.dbg." + layer.index() + ".";
                if (expected.names().contains(name + "out")) {
                    checkPrefix(golden, expected, name + "in_norm", workspace.normed());
                    checkPrefix(golden, expected, name + "attn_out", workspace.branch());
                    checkPrefix(golden, expected, name + "post_norm", workspace.expertInput());
                    checkPrefix(golden, expected, name + "moe_out", workspace.expertOutput());
                    checkPrefix(golden, expected, name + "out", workspace.hidden());
                }
            });
            state.release();
        }
    }

    @ParameterizedTest
    @MethodSource("batchModels")
    void givesTheLogitsOfABatchOfDifferentLengths(GoldenModel golden, TestKernels kernels) {
        GoldenTensors expected = Goldens.expected(golden.folder(), "expected_batch.safetensors");
        float[] wanted = expected.floats("batch.single_logits_last");
        int[] ids = expected.ints("batch.input_ids");
        int[] mask = expected.ints("batch.attention_mask");
        int width = expected.shape("batch.input_ids").get(1);
        try (Kernels opened = kernels.open();
                ReferenceModel model = model(golden, golden.config(), opened)) {
            List<SequenceState> states = new ArrayList<>();
            StepRows.Builder rows = StepRows.builder();
            for (int line = 0; line < 3; line++) {
                int first = line * width;
                int[] prompt = IntStream.range(first, first + width)
                        .filter(at -> mask[at] == 1)
                        .map(at -> ids[at])
                        .toArray();
                states.add(model.newSequence());
                rows.prefill(states.getLast(), TokenIds.of(prompt));
            }
            StepRows built = rows.build();
            model.run(built);
            int vocab = golden.config().vocabSize();
            for (int line = 0; line < 3; line++) {
                StepRows.Segment segment = built.segments().get(line);
                checkClose(
                        "prompt " + line,
                        model.logits(segment.firstRow() + segment.rowCount() - 1, 1),
                        Arrays.copyOfRange(wanted, line * vocab, (line + 1) * vocab),
                        golden.tolerance());
            }
            states.forEach(SequenceState::release);
        }
    }

    private static ReferenceModel model(GoldenModel golden, ModelConfig config, Kernels kernels) {
        return new ReferenceModel(config, golden.weights(), kernels, TOKEN_MAX);
    }

    /// Prompts of this file by their token count.
    private static List<Integer> lengths(GoldenTensors expected, TestKernels kernels) {
        int max = kernels == TestKernels.PLAIN ? SLOW_TOKEN_MAX : TOKEN_MAX;
        return expected.names().stream()
                .filter(name -> name.matches("p\\d+\\.input_ids"))
                .map(name -> Integer.valueOf(name.substring(1, name.indexOf('.'))))
                .filter(length -> length <= max)
                .sorted()
                .toList();
    }

    private static StepRows prefillRows(SequenceState state, int[] prompt) {
        return StepRows.builder().prefill(state, TokenIds.of(prompt)).build();
    }

    /// Logits of all positions of the last chunk.
    private static float[] prefill(ReferenceModel model, int[] prompt, int chunk) {
        SequenceState state = model.newSequence();
        float[] logits = prefill(model, state, prompt, chunk);
        state.release();
        return logits;
    }

    private static float[] prefill(ReferenceModel model, SequenceState state, int[] prompt, int chunk) {
        float[] logits = new float[0];
        for (int first = 0; first < prompt.length; first += chunk) {
            int end = Math.min(prompt.length, first + chunk);
            model.run(prefillRows(state, Arrays.copyOfRange(prompt, first, end)));
            logits = model.logits(0, end - first);
        }
        return logits;
    }

    private static int[] greedy(ReferenceModel model, int[] prompt, int count) {
        SequenceState state = model.newSequence();
        int vocab = model.config().vocabSize();
        float[] logits = prefill(model, state, prompt, TOKEN_MAX);
        int[] tokens = new int[count];
        tokens[0] = argmax(logits, logits.length - vocab, vocab);
        for (int i = 1; i < count; i++) {
            model.run(
                    StepRows.builder().decode(state, TokenIds.of(tokens[i - 1])).build());
            tokens[i] = argmax(model.logits(0, 1), 0, vocab);
        }
        state.release();
        return tokens;
    }

    private static int argmax(float[] values, int offset, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (values[offset + i] > values[offset + best]) {
                best = i;
            }
        }
        return best;
    }

    /// The last rows of `logits` against as many of `logits_last4`, and all of them against `logits`.
    private static void checkLogits(GoldenModel golden, GoldenTensors expected, String prompt, float[] logits) {
        float[] last = expected.floats(prompt + ".logits_last4");
        int compared = Math.min(last.length, logits.length);
        checkClose(
                prompt + ".logits_last4",
                Arrays.copyOfRange(logits, logits.length - compared, logits.length),
                Arrays.copyOfRange(last, last.length - compared, last.length),
                golden.tolerance());
    }

    private static void checkEveryPosition(
            GoldenModel golden, GoldenTensors expected, String prompt, int[] tokens, float[] logits) {
        int vocab = golden.config().vocabSize();
        int[] argmax = expected.ints(prompt + ".argmax");
        for (int i = 0; i < tokens.length; i++) {
            assertThat(argmax(logits, i * vocab, vocab))
                    .as(prompt + ".argmax[" + i + "]")
                    .isEqualTo(argmax[i]);
        }
        if (tokens.length > 1) {
            float[] logprobs = expected.floats(prompt + ".logprob_next");
            for (int i = 0; i + 1 < tokens.length; i++) {
                assertThat(logits[i * vocab + tokens[i + 1]] - logSumExp(logits, i * vocab, vocab))
                        .as(prompt + ".logprob_next[" + i + "]")
                        .isCloseTo(logprobs[i], within((double) golden.tolerance()));
            }
        }
    }

    private static double logSumExp(float[] logits, int offset, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.exp(logits[offset + i]);
        }
        return Math.log(sum);
    }

    private static List<Integer> layersWith(GoldenTensors expected, ModelConfig config, String prefix) {
        return IntStream.range(0, config.layerCount())
                .filter(layer -> config.layerKinds().get(layer) == LayerKind.LIGHTNING)
                .filter(layer -> expected.names().contains(prefix + layer))
                .boxed()
                .toList();
    }

    /// Choices best first in the golden file, by id in ours.
    private static void checkRouting(
            GoldenModel golden, GoldenTensors expected, String prompt, int layer, ReferenceModel model) {
        Routing routing = model.workspace().routing();
        int topK = routing.topK();
        int rows = expected.shape(prompt + ".top_idx").get(1);
        int[] ids = expected.ints(prompt + ".top_idx");
        int firstRow = routing.rowCount() - rows;
        for (int row = 0; row < rows; row++) {
            int at = (layer * rows + row) * topK;
            int[] wanted = Arrays.copyOfRange(ids, at, at + topK);
            for (int slot = 0; slot < topK; slot++) {
                String what = prompt + " layer " + layer + " row " + row + " slot " + slot;
                int[] sorted = Arrays.stream(wanted).sorted().toArray();
                assertThat(routing.expertId(firstRow + row, slot)).as(what).isEqualTo(sorted[slot]);
                checkWeight(golden, expected, prompt, at, wanted, what, routing, firstRow + row, slot);
            }
        }
        String logits = prompt + ".router_logits." + layer;
        if (expected.names().contains(logits)) {
            checkPrefix(golden, expected, logits, routing.logits());
        }
    }

    private static void checkWeight(
            GoldenModel golden,
            GoldenTensors expected,
            String prompt,
            int at,
            int[] wanted,
            String what,
            Routing routing,
            int row,
            int slot) {
        if (!expected.names().contains(prompt + ".top_w")) {
            return;
        }
        int rank = IntStream.range(0, wanted.length)
                .filter(i -> wanted[i] == routing.expertId(row, slot))
                .findFirst()
                .orElseThrow();
        assertThat(routing.weight(row, slot))
                .as(what)
                .isCloseTo(expected.floats(prompt + ".top_w")[at + rank], within(golden.tolerance()));
    }

    private static void checkPrefix(GoldenModel golden, GoldenTensors expected, String name, float[] found) {
        float[] wanted = expected.floats(name);
        checkClose(name, Arrays.copyOf(found, wanted.length), wanted, golden.tolerance());
    }

    private static float[] rowsOf(float[] hidden, int[] rows, int width) {
        float[] chosen = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(hidden, rows[i] * width, chosen, i * width, width);
        }
        return chosen;
    }

    private static void checkClose(String name, float[] found, float[] wanted, float tolerance) {
        assertThat(found).as(name).hasSameSizeAs(wanted);
        double largest = 0;
        for (int i = 0; i < wanted.length; i++) {
            largest = Math.max(largest, Math.abs((double) found[i] - wanted[i]));
        }
        assertThat(largest).as("largest difference of " + name).isLessThanOrEqualTo(tolerance);
    }
}
