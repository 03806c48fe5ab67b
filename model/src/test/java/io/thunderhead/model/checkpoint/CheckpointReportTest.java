package io.thunderhead.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointReportTest {
    @Test
    void describesAWholeCheckpoint() {
        CheckpointReport report = CheckpointReport.of(Goldens.checkpointWithTokenizer(Goldens.VL_TINY));

        assertThat(report.problems()).isEmpty();
        assertThat(report.tokenizer().orElseThrow().hasChatTemplate()).isTrue();
        assertThat(report.byteCount()).isEqualTo(4 * report.parameterCount());
        assertThat(report.tensors())
                .contains(new CheckpointReport.TensorGroup(
                        "model.layers.*.block_sparse_moe.experts.*.w1.weight",
                        "F32",
                        List.of(48, 64),
                        16,
                        16 * 48 * 64 * 4));
        assertThat(report.toText()).contains("4 layers", "1035 tokens, end token 1020", "no problems found");
    }

    @Test
    void countsTheParametersOfTheModel() {
        CheckpointReport report = CheckpointReport.of(Goldens.checkpoint(Goldens.G1_TINY_A));

        assertThat(report.parameterCount())
                .isEqualTo(ModelTensors.parameterCount(report.config().orElseThrow()));
        assertThat(report.tokenizer()).isEmpty();
    }

    @Test
    void describesADamagedCheckpointByItsProblems(@TempDir Path directory) throws IOException {
        assertThat(CheckpointReport.of(directory).problems())
                .singleElement()
                .asString()
                .contains("config.json");

        Files.copy(Goldens.path(Goldens.G1_TINY_A, "config.json"), directory.resolve("config.json"));
        Files.writeString(directory.resolve("tokenizer.json"), "{");
        CheckpointReport report = CheckpointReport.of(directory);
        assertThat(report.config()).isPresent();
        assertThat(report.problems()).hasSize(2);
        assertThat(report.toText()).contains("2 problems found", "tokenizer.json", "neither");
    }
}
