package io.thunderhead.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ModelConfigWriter;
import io.thunderhead.model.testing.ModelConfigs;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {
    private static final ModelConfig CONFIG = ModelConfigs.odd(2);
    private static final List<TensorSpec> TENSORS = ModelTensors.of(CONFIG);

    @TempDir
    private Path folder;

    @Test
    void writesOneFileThatIsACheckpoint() throws IOException {
        CheckpointWriter writer = new CheckpointWriter(folder, DType.BF16, CheckpointWriter.SHARD_BYTES);
        AtomicLong written = new AtomicLong();

        writer.write(TENSORS, CheckpointWriterTest::numbered, written::addAndGet);

        Files.writeString(folder.resolve("config.json"), ModelConfigWriter.json(CONFIG));
        assertThat(fileNames()).containsExactly("config.json", "model.safetensors");
        assertThat(written.get()).isEqualTo(2 * ModelTensors.parameterCount(CONFIG));
        assertEveryElementIsInItsPlace();
    }

    @Test
    void splitsIntoShardsWithAnIndex() throws IOException {
        long total = 2 * ModelTensors.parameterCount(CONFIG);

        new CheckpointWriter(folder, DType.BF16, total / 2).write(TENSORS, CheckpointWriterTest::numbered, bytes -> {});

        Files.writeString(folder.resolve("config.json"), ModelConfigWriter.json(CONFIG));
        assertThat(fileNames())
                .containsExactly(
                        "config.json",
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "model.safetensors.index.json");
        assertEveryElementIsInItsPlace();
    }

    @Test
    void cutsALargeTensorIntoPiecesWithoutSeam() throws IOException {
        TensorSpec large = TensorSpec.of("large", 1 << 10, (3 << 12) + 1);

        new CheckpointWriter(folder, DType.BF16, CheckpointWriter.SHARD_BYTES)
                .write(List.of(large), CheckpointWriterTest::numbered, bytes -> {});

        byte[] file = Files.readAllBytes(folder.resolve("model.safetensors"));
        ByteBuffer data = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        data.position(Math.toIntExact(Long.BYTES + data.getLong(0)));
        for (long element = 0; element < large.elementCount(); element++) {
            assertThat(data.getShort()).isEqualTo(number(large, element));
        }
        assertThat(data.remaining()).isZero();
    }

    @Test
    void neverReplacesAFile() throws IOException {
        Files.writeString(folder.resolve("model.safetensors"), "precious");
        CheckpointWriter writer = new CheckpointWriter(folder, DType.BF16, CheckpointWriter.SHARD_BYTES);

        assertThatThrownBy(() -> writer.write(TENSORS, CheckpointWriterTest::numbered, bytes -> {}))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("cannot write " + folder);
        assertThat(folder.resolve("model.safetensors")).content().isEqualTo("precious");
    }

    private void assertEveryElementIsInItsPlace() {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.config()).isEqualTo(CONFIG);
            assertThat(checkpoint.problems()).isEmpty();
            for (TensorSpec spec : TENSORS) {
                StoredTensor tensor = checkpoint.tensor(spec.name(), spec.dimensions());
                short[] expected = new short[(int) spec.elementCount()];
                for (int element = 0; element < expected.length; element++) {
                    expected[element] = number(spec, element);
                }
                assertThat(tensor.data().toArray(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN)))
                        .as(spec.name())
                        .isEqualTo(expected);
            }
        }
    }

    private List<String> fileNames() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static void numbered(TensorSpec tensor, long firstElement, ByteBuffer piece) {
        for (long element = firstElement; piece.hasRemaining(); element++) {
            piece.putShort(number(tensor, element));
        }
    }

    private static short number(TensorSpec tensor, long element) {
        return (short) (tensor.name().hashCode() + element);
    }
}
