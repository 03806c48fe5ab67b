package io.thunderhead.cli.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.model.checkpoint.Checkpoint;
import io.thunderhead.model.checkpoint.CheckpointReport;
import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class QuantizeCommandTest {
    private static final int FAILED = 99;
    private static final Path MODEL = Goldens.checkpointWithTokenizer(Goldens.VL_TINY);

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void writesAWholeCheckpointWithItsTokenizer() {
        Path output = folder.resolve("new/model");

        assertThat(quantize(MODEL, output)).as(err.toString()).isZero();

        assertThat(Checkpoint.isStoredAsInt8(MODEL)).isFalse();
        assertThat(Checkpoint.isStoredAsInt8(output)).isTrue();
        CheckpointReport report = CheckpointReport.of(output);
        assertThat(report.problems()).isEmpty();
        assertThat(report.tokenizer()).isEqualTo(CheckpointReport.of(MODEL).tokenizer());
        assertThat(output.resolve("config.json")).hasSameTextualContentAs(MODEL.resolve("config.json"));
    }

    /// A file for what stands outside the layers, and two for each layer.
    @Test
    void splitsFilesAsWorkersSplitTheModel() {
        assertThat(quantize(MODEL, folder)).as(err.toString()).isZero();

        assertThat(folder).isDirectoryContaining("glob:**/ends.safetensors");
        for (int layer = 0; layer < 4; layer++) {
            assertThat(folder).isDirectoryContaining("glob:**/layer-00" + layer + "-attention.safetensors");
            assertThat(folder).isDirectoryContaining("glob:**/layer-00" + layer + "-experts.safetensors");
        }
    }

    @Test
    void refusesAFolderThatIsNotEmpty() throws IOException {
        Files.createFile(folder.resolve("something"));

        assertThat(quantize(MODEL, folder)).isEqualTo(FAILED);

        assertThat(err.toString()).contains("is not empty");
    }

    @Test
    void refusesWhatIsQuantizedAlready() {
        Path first = folder.resolve("first");
        assertThat(quantize(MODEL, first)).isZero();

        assertThat(quantize(first, folder.resolve("second"))).isEqualTo(FAILED);

        assertThat(err.toString()).contains("quantized already");
    }

    private int quantize(Path model, Path output) {
        return new CommandLine(new QuantizeCommand(new CheckpointFolder(Path.of(""))))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    err.write(String.valueOf(exception.getMessage()));
                    return FAILED;
                })
                .execute("--model=" + model, "--output=" + output);
    }
}
