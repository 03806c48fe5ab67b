package io.thunderhead.model.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.Checkpoint;
import io.thunderhead.model.checkpoint.CheckpointReport;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.Quantization;
import io.thunderhead.model.checkpoint.QuantizedCheckpointWriter;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.testing.ReferenceModel;
import io.thunderhead.model.testing.TestKernels;
import io.thunderhead.model.tokenizer.TokenIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Golden models in int8: alike with all kernels, and alike quantized ahead of time and when loaded.
final class QuantizedGoldenTest {
    private static final int GENERATED = 40;

    @TempDir
    private Path folder;

    /// Tokens of greedy decoding, and the logits that each was chosen from.
    private record Generated(List<Integer> tokens, List<float[]> logits) {
        Generated() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        void add(float[] chosenFrom) {
            int best = 0;
            for (int token = 1; token < chosenFrom.length; token++) {
                if (chosenFrom[token] > chosenFrom[best]) {
                    best = token;
                }
            }
            tokens.add(best);
            logits.add(chosenFrom);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Goldens.G1_TINY_A, Goldens.G4_BF16})
    void generatesTheSameTokensWithPlainAndVectorKernels(String golden) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.checkpoint(golden), Quantization.INT8)) {
            assertSame(generate(checkpoint, TestKernels.VECTOR_THREADS), generate(checkpoint, TestKernels.PLAIN));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Goldens.G1_TINY_A, Goldens.G4_BF16})
    void isTheSameQuantizedAheadOfTimeOrWhenLoaded(String golden) throws IOException {
        Path source = Goldens.checkpoint(golden);
        quantize(source);
        try (Checkpoint ahead = Checkpoint.open(folder);
                Checkpoint loaded = Checkpoint.open(source, Quantization.INT8)) {
            assertThat(ahead.problems()).isEmpty();
            assertThat(ahead.loadsAsInt8()).isTrue();
            assertSame(generate(ahead, TestKernels.VECTOR), generate(loaded, TestKernels.VECTOR));
        }
    }

    @Test
    void isInspectedAsTheModelItIs() throws IOException {
        quantize(Goldens.checkpoint(Goldens.G1_TINY_A));

        CheckpointReport report = CheckpointReport.of(folder);

        assertThat(report.problems()).isEmpty();
        assertThat(report.parameterCount())
                .isEqualTo(ModelTensors.parameterCount(report.config().orElseThrow()));
        assertThat(report.toText()).contains("I8", "experts.*.w1.weight_scale");
    }

    @Test
    void isNotQuantizedTwice() throws IOException {
        quantize(Goldens.checkpoint(Goldens.G1_TINY_A));

        assertThatThrownBy(() -> quantize(folder, folder))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("quantized already");
    }

    /// Weights of other bits must have another name: a saved state of one is no state of the other.
    @Test
    void hasAnotherFingerprintThanUnquantized() {
        Path source = Goldens.checkpoint(Goldens.G1_TINY_A);
        try (Checkpoint stored = Checkpoint.open(source);
                Checkpoint quantized = Checkpoint.open(source, Quantization.INT8)) {
            assertThat(quantized.fingerprint()).isNotEqualTo(stored.fingerprint());
        }
    }

    private void quantize(Path source) throws IOException {
        Files.copy(source.resolve("config.json"), folder.resolve("config.json"));
        quantize(source, folder);
    }

    private static void quantize(Path source, Path target) {
        List<Long> left = new ArrayList<>();
        LoadListener progress = (read, total) -> left.add(total - read);
        try (Checkpoint checkpoint = Checkpoint.open(source);
                Kernels kernels = TestKernels.PLAIN_THREADS.open()) {
            new QuantizedCheckpointWriter(
                            checkpoint,
                            (tensor, arena) -> kernels.quantize(tensor, arena).int8(),
                            progress)
                    .write(target);
        }
        assertThat(left.getLast()).isZero();
    }

    private static Generated generate(Checkpoint checkpoint, TestKernels chosen) {
        try (Kernels kernels = chosen.open();
                ReferenceModel model = new ReferenceModel(checkpoint.config(), checkpoint, kernels, 300)) {
            SequenceState state = model.newSequence();
            int[] prompt = new SplittableRandom(7)
                    .ints(290, 0, checkpoint.config().vocabSize())
                    .toArray();
            model.run(StepRows.builder().prefill(state, TokenIds.of(prompt)).build());
            Generated generated = new Generated();
            generated.add(model.logits(prompt.length - 1, 1));
            while (generated.tokens().size() < GENERATED) {
                TokenIds last = TokenIds.of(generated.tokens().getLast());
                model.run(StepRows.builder().decode(state, last).build());
                generated.add(model.logits(0, 1));
            }
            return generated;
        }
    }

    private static void assertSame(Generated found, Generated expected) {
        assertThat(found.tokens()).isEqualTo(expected.tokens());
        for (int i = 0; i < expected.logits().size(); i++) {
            assertThat(found.logits().get(i))
                    .as("logits " + i)
                    .containsExactly(expected.logits().get(i));
        }
    }
}
