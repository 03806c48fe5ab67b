package io.thunderhead.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ModelConfigReader;
import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CheckpointTest {
    @TempDir
    private Path directory;

    private ModelConfig config;

    @BeforeEach
    void writeConfig() throws IOException {
        Files.copy(Goldens.path(Goldens.G4_BF16, "config_original.json"), directory.resolve("config.json"));
        config = ModelConfigReader.read(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {Goldens.G1_TINY_A, Goldens.G2_TINY_B, Goldens.G4_BF16, Goldens.VL_TINY})
    void goldenCheckpointsAreWhole(String model) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.checkpoint(model))) {
            assertThat(checkpoint.problems()).isEmpty();
            for (TensorSpec spec : ModelTensors.of(checkpoint.config())) {
                StoredTensor tensor = checkpoint.tensor(spec.name(), spec.dimensions());
                assertThat(tensor.data().byteSize())
                        .isEqualTo(spec.elementCount() * tensor.dtype().byteSize());
            }
        }
    }

    @Test
    void namesFileTensorExpectedAndFound() throws IOException {
        write(tensor -> true);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> checkpoint.tensor(TensorNames.FINAL_NORM, 65))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID))
                    .hasMessage("model.safetensors: tensor model.norm.weight: expected shape [65], found shape [64]");
            assertThatThrownBy(() -> checkpoint.tensor("model.layers.99.x", 1))
                    .hasMessageContainingAll(directory.toString(), "model.layers.99.x", "no such tensor");
        }
    }

    @Test
    void listsAllProblemsAtOnce() throws IOException {
        write(
                tensor -> !tensor.name().contains(".k_proj.") && !tensor.name().equals(TensorNames.HEAD),
                writer -> writer.add(TensorNames.HEAD, "I64", List.of(512, 64), new byte[512 * 64 * 8])
                        .add("model.layers.8.input_layernorm.weight", "F32", List.of(64), new byte[256])
                        .add("model.layers.0.self_attn.slope_rate", "F32", List.of(4), new byte[16])
                        .add("vision_tower.anything", "F32", List.of(1), new byte[4]));

        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.problems()).hasSize(3);
            assertThatThrownBy(checkpoint::verify)
                    .hasMessageContainingAll(
                            TensorNames.key(7),
                            "one of [F32, BF16, F16], found I64",
                            "model.layers.8.input_layernorm.weight: expected no such tensor");
        }
    }

    @Test
    void readsShards() throws IOException {
        writeShards("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");

        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            checkpoint.verify();
            assertThat(checkpoint.tensor(TensorNames.HEAD, 512, 64).file())
                    .isEqualTo("model-00002-of-00002.safetensors");
        }
    }

    @Test
    void refusesAnIndexThatNamesAMissingFileOrLeadsElsewhere() throws IOException {
        writeShards("a.safetensors", "b.safetensors");
        Files.delete(directory.resolve("b.safetensors"));
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessage("model.safetensors.index.json: weight_map: expected the file b.safetensors, found no such"
                        + " file");

        writeIndex("{\"x\": \"../b.safetensors\", \"y\": 1}");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContainingAll("weight_map.x: expected a plain file name", "weight_map.y");

        writeIndex("{\"x\": \"a.safetensors\"}");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessage("a.safetensors: tensor x: expected here by model.safetensors.index.json, found nothing");

        writeIndex("{}");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContaining("weight_map: expected file by tensor");
    }

    @Test
    void refusesATensorThatComesTwice() throws IOException {
        write(
                tensor -> true,
                writer -> writer.add("language_model.model.norm.weight", "F32", List.of(64), new byte[256]));

        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContainingAll("tensor model.norm.weight: expected once", "language_model.model.norm.weight");
    }

    @Test
    void slicesStackedExperts() throws IOException {
        int gateUpBytes = 8 * 192 * 64 * 2;
        int downBytes = 8 * 64 * 96 * 2;
        write(
                tensor -> !tensor.name().contains(".layers.0.block_sparse_moe."),
                writer -> writer.add(
                                "model.layers.0.mlp.experts.gate_up_proj",
                                "BF16",
                                List.of(8, 192, 64),
                                counting(gateUpBytes, 96 * 64 * 2))
                        .add(
                                "model.layers.0.mlp.experts.down_proj",
                                "BF16",
                                List.of(8, 64, 96),
                                counting(downBytes, 64 * 96 * 2))
                        .add("model.layers.0.mlp.gate.weight", "BF16", List.of(8, 64), new byte[8 * 64 * 2]));

        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            checkpoint.verify();
            assertThat(onlyByte(checkpoint.tensor(TensorNames.expertGate(0, 3), 96, 64)))
                    .isEqualTo(6);
            assertThat(onlyByte(checkpoint.tensor(TensorNames.expertUp(0, 3), 96, 64)))
                    .isEqualTo(7);
            assertThat(onlyByte(checkpoint.tensor(TensorNames.expertDown(0, 5), 64, 96)))
                    .isEqualTo(5);
        }
    }

    @Test
    void refusesStackedExpertsOfAnotherRank() throws IOException {
        for (List<Integer> shape : List.of(List.of(8, 16), List.of(2, 3, 4), List.of(0, 2, 4))) {
            int bytes = 2 * shape.stream().reduce(1, (a, b) -> a * b);
            new SafetensorsWriter()
                    .add("model.layers.0.mlp.experts.gate_up_proj", "BF16", shape, new byte[bytes])
                    .write(directory.resolve("model.safetensors"));
            assertThatThrownBy(() -> Checkpoint.open(directory))
                    .hasMessageContaining("expected shape [experts, 2 * intermediate, hidden], found " + shape);
        }
    }

    @Test
    void givesTheEmbeddingAsHeadOnlyWhenTied() throws IOException {
        write(tensor -> !tensor.name().equals(TensorNames.HEAD));
        try (Checkpoint untied = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> untied.tensor(TensorNames.HEAD, 512, 64)).hasMessageContaining("no such tensor");
        }

        Path configFile = directory.resolve("config.json");
        Files.writeString(
                configFile,
                Files.readString(configFile)
                        .replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"));
        try (Checkpoint tied = Checkpoint.open(directory)) {
            tied.verify();
            assertThat(tied.tensor(TensorNames.HEAD, 512, 64).name()).isEqualTo(TensorNames.EMBEDDING);
        }
    }

    @Test
    void fingerprintFollowsShapesAndWeightsButNotFiles() throws IOException {
        write(tensor -> true);
        String single = fingerprint();
        Files.delete(directory.resolve("model.safetensors"));
        writeShards("a.safetensors", "b.safetensors");
        assertThat(fingerprint()).isEqualTo(single).hasSize(64);

        write(
                tensor -> !tensor.name().equals(TensorNames.FINAL_NORM),
                writer -> writer.add(TensorNames.FINAL_NORM, "BF16", List.of(64), counting(128, 1)));
        assertThat(fingerprint()).isNotEqualTo(single);

        write(
                tensor -> !tensor.name().equals(TensorNames.FINAL_NORM),
                writer -> writer.add(TensorNames.FINAL_NORM, "F16", List.of(64), new byte[128]));
        assertThat(fingerprint()).isNotEqualTo(single);
    }

    @Test
    void randomDamageOfTheIndexGivesATypedErrorOrSuccess() throws IOException {
        writeShards("a.safetensors", "b.safetensors");
        Path index = directory.resolve("model.safetensors.index.json");
        byte[] whole = Files.readAllBytes(index);
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            Files.write(index, damaged);
            try (Checkpoint checkpoint = Checkpoint.open(directory)) {
                checkpoint.problems();
            } catch (ServingException e) {
                assertThat(e.code()).as("seed %d", seed).isEqualTo(ErrorCode.CHECKPOINT_INVALID);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void refusesADirectoryWithoutWeights() {
        assertThatThrownBy(() -> Checkpoint.open(directory)).hasMessageContaining("neither");
    }

    private String fingerprint() {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return checkpoint.fingerprint();
        }
    }

    private void write(Predicate<TensorSpec> kept) throws IOException {
        write(kept, writer -> writer);
    }

    private void write(Predicate<TensorSpec> kept, UnaryOperator<SafetensorsWriter> more) throws IOException {
        more.apply(zeros(kept)).write(directory.resolve("model.safetensors"));
    }

    private SafetensorsWriter zeros(Predicate<TensorSpec> kept) {
        SafetensorsWriter writer = new SafetensorsWriter();
        ModelTensors.of(config).stream().filter(kept).forEach(writer::addZeros);
        return writer;
    }

    private void writeShards(String layers, String rest) throws IOException {
        zeros(tensor -> tensor.name().contains(".layers.")).write(directory.resolve(layers));
        zeros(tensor -> !tensor.name().contains(".layers.")).write(directory.resolve(rest));
        StringBuilder map = new StringBuilder("{");
        for (TensorSpec tensor : ModelTensors.of(config)) {
            String file = tensor.name().contains(".layers.") ? layers : rest;
            map.append(map.length() > 1 ? "," : "").append("\"%s\": \"%s\"".formatted(tensor.name(), file));
        }
        writeIndex(map + "}");
    }

    private void writeIndex(String weightMap) throws IOException {
        Files.writeString(
                directory.resolve("model.safetensors.index.json"),
                "{\"metadata\": {}, \"weight_map\": " + weightMap + "}",
                StandardCharsets.UTF_8);
    }

    /// Bytes that say in which part of `partBytes` they lie.
    private static byte[] counting(int length, int partBytes) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i / partBytes);
        }
        return bytes;
    }

    private static int onlyByte(StoredTensor tensor) {
        byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
        for (byte b : bytes) {
            assertThat(b).isEqualTo(bytes[0]);
        }
        return bytes[0];
    }
}
