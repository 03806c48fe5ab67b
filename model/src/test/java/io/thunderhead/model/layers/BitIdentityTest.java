package io.thunderhead.model.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.ModelConfigs;
import io.thunderhead.model.testing.QuantizedTensors;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.testing.ReferenceModel;
import io.thunderhead.model.testing.TestKernels;
import io.thunderhead.model.tokenizer.TokenIds;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Same tokens, always: whatever runs a sequence, and whatever runs beside it, its logits have the same bits. Sizes are
/// odd on purpose.
final class BitIdentityTest {
    private static final ModelConfig CONFIG = ModelConfigs.odd(2);
    private static final int[] PROMPT = tokens(600, 1);
    private static final int[] GENERATED = tokens(5, 2);
    private static final int TOKEN_MAX = 1024;

    /// Logits after the prompt and after every generated token.
    private static final float[][] EXPECTED = expected();

    private static final float[][] EXPECTED_INT8 = expectedInt8();

    private static float[][] expected() {
        try (Kernels kernels = TestKernels.PLAIN.open();
                ReferenceModel model = model(kernels, DType.BF16)) {
            return run(model, PROMPT.length);
        }
    }

    private static float[][] expectedInt8() {
        try (Kernels kernels = TestKernels.PLAIN.open();
                ReferenceModel model = new ReferenceModel(
                        CONFIG, new QuantizedTensors(new RandomTensors(1, DType.BF16)), kernels, TOKEN_MAX)) {
            return run(model, PROMPT.length);
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void doNotDependOnKernelsOrThreads(TestKernels chosen) {
        try (Kernels kernels = chosen.open();
                ReferenceModel model = model(kernels, DType.BF16)) {
            assertSameLogits(run(model, PROMPT.length), EXPECTED);
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void doNotDependOnHowThePromptIsCut(TestKernels chosen) {
        try (Kernels kernels = chosen.open();
                ReferenceModel model = model(kernels, DType.BF16)) {
            assertSameLogits(run(model, 256), EXPECTED);
            assertSameLogits(run(model, 512), EXPECTED);
        }
    }

    /// bf16 weights are widened exactly, so a checkpoint stored wider gives the same numbers.
    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void doNotDependOnHowWeightsArePacked(TestKernels chosen) {
        RandomTensors stored = new RandomTensors(1, DType.BF16);
        try (Kernels kernels = chosen.open();
                ReferenceModel model = new ReferenceModel(
                        CONFIG, (name, shape) -> Widened.of(stored.tensor(name, shape)), kernels, TOKEN_MAX)) {
            assertSameLogits(run(model, PROMPT.length), EXPECTED);
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void doNotDependOnKernelsThreadsOrCutsWhenQuantized(TestKernels chosen) {
        try (Kernels kernels = chosen.open();
                ReferenceModel model = new ReferenceModel(
                        CONFIG, new QuantizedTensors(new RandomTensors(1, DType.BF16)), kernels, TOKEN_MAX)) {
            assertSameLogits(run(model, PROMPT.length), EXPECTED_INT8);
            assertSameLogits(run(model, 256), EXPECTED_INT8);
        }
        assertThat(EXPECTED_INT8[0]).isNotEqualTo(EXPECTED[0]);
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void doNotDependOnTheBatchAround(TestKernels chosen) {
        try (Kernels kernels = chosen.open();
                ReferenceModel model = model(kernels, DType.BF16)) {
            SequenceState first = model.newSequence();
            SequenceState decoding = model.newSequence();
            SequenceState long1 = model.newSequence();
            model.run(StepRows.builder().prefill(decoding, TokenIds.of(3, 4, 5)).build());
            StepRows rows = StepRows.builder()
                    .prefill(long1, TokenIds.of(tokens(300, 3)))
                    .decode(decoding, TokenIds.of(7))
                    .prefill(first, TokenIds.of(PROMPT))
                    .build();
            model.run(rows);
            float[][] logits = new float[GENERATED.length + 1][];
            logits[0] = model.logits(rows.segments().get(2).firstRow() + PROMPT.length - 1, 1);
            for (int i = 0; i < GENERATED.length; i++) {
                SequenceState other = i % 2 == 0 ? decoding : long1;
                model.run(StepRows.builder()
                        .decode(other, TokenIds.of(i, i + 1))
                        .decode(first, TokenIds.of(GENERATED[i]))
                        .build());
                logits[i + 1] = model.logits(2, 1);
            }
            assertSameLogits(logits, EXPECTED);
        }
    }

    @ParameterizedTest
    @EnumSource(TestKernels.class)
    void doNotDependOnReplay(TestKernels chosen) {
        try (Kernels kernels = chosen.open();
                ReferenceModel model = model(kernels, DType.BF16)) {
            SequenceState state = model.newSequence();
            model.run(StepRows.builder().prefill(state, TokenIds.of(PROMPT)).build());
            model.run(StepRows.builder().decode(state, TokenIds.of(GENERATED)).build());
            for (int i = 0; i < GENERATED.length; i++) {
                assertSameLogits(new float[][] {model.logits(i, 1)}, new float[][] {EXPECTED[i + 1]});
            }
        }
    }

    /// A state saved as bytes and written to another sequence goes on as if nothing had happened.
    @ParameterizedTest
    @ValueSource(ints = {256, 600})
    void doNotDependOnARestore(int savedAt) {
        try (Kernels kernels = TestKernels.VECTOR.open();
                ReferenceModel model = model(kernels, DType.BF16)) {
            SequenceState saved = model.newSequence();
            model.run(StepRows.builder()
                    .prefill(saved, TokenIds.of(Arrays.copyOf(PROMPT, savedAt)))
                    .build());
            SequenceState restored = model.newSequence();
            restored.reserve(saved.length());
            copy(saved, restored, model.layout());
            restored.advance(saved.length());
            saved.release();
            if (savedAt < PROMPT.length) {
                model.run(StepRows.builder()
                        .prefill(restored, TokenIds.of(PROMPT).slice(savedAt, PROMPT.length))
                        .build());
            }
            assertSameLogits(
                    Arrays.copyOfRange(generate(model, restored), 1, GENERATED.length + 1),
                    Arrays.copyOfRange(EXPECTED, 1, GENERATED.length + 1));
        }
    }

    private static void copy(SequenceState from, SequenceState to, StateLayout layout) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lightning = arena.allocate(layout.lightningBytes());
            from.readLightning(lightning);
            to.writeLightning(lightning);
            MemorySegment bytes = arena.allocate(layout.pageBytes());
            for (int page = 0; page < from.pageCount(); page++) {
                from.readPage(page, bytes);
                to.writePage(page, bytes);
            }
        }
    }

    private static ReferenceModel model(Kernels kernels, DType dtype) {
        return new ReferenceModel(CONFIG, new RandomTensors(1, dtype), kernels, TOKEN_MAX);
    }

    private static float[][] run(ReferenceModel model, int chunk) {
        SequenceState state = model.newSequence();
        int last = 0;
        for (int first = 0; first < PROMPT.length; first += chunk) {
            int end = Math.min(PROMPT.length, first + chunk);
            model.run(StepRows.builder()
                    .prefill(state, TokenIds.of(PROMPT).slice(first, end))
                    .build());
            last = end - first - 1;
        }
        float[] afterPrompt = model.logits(last, 1);
        float[][] logits = generate(model, state);
        logits[0] = afterPrompt;
        state.release();
        return logits;
    }

    /// Logits after each generated token, from index 1.
    private static float[][] generate(ReferenceModel model, SequenceState state) {
        float[][] logits = new float[GENERATED.length + 1][];
        for (int i = 0; i < GENERATED.length; i++) {
            model.run(
                    StepRows.builder().decode(state, TokenIds.of(GENERATED[i])).build());
            logits[i + 1] = model.logits(0, 1);
        }
        return logits;
    }

    private static int[] tokens(int count, long seed) {
        return new SplittableRandom(seed).ints(count, 0, CONFIG.vocabSize()).toArray();
    }

    private static void assertSameLogits(float[][] found, float[][] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as("logits " + i).containsExactly(expected[i]);
        }
    }
}
