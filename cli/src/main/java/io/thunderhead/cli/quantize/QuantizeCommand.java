package io.thunderhead.cli.quantize;

import io.thunderhead.cli.ExitCode;
import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.settings.KernelSettings;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cli.terminal.Progress;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.Checkpoint;
import io.thunderhead.model.checkpoint.QuantizedCheckpointWriter;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead quantize`
@Command(
        name = "quantize",
        description =
                "Writes a checkpoint with the weights of attention and experts as int8 and a float32 scale for each"
                        + " output. It is served as any other: workers map what they hold and have no work with it.")
public final class QuantizeCommand implements Callable<Integer> {
    private static final String CONFIG = "config.json";

    private final CheckpointFolder checkpoints;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            defaultValue = ModelSettings.SHIPPED,
            description = "Folder of the checkpoint; default: the one shipped.")
    private Path model = Path.of("");

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "A folder that is new or empty.")
    private Path output = Path.of("");

    /// @param checkpoints finds the shipped one
    public QuantizeCommand(CheckpointFolder checkpoints) {
        this.checkpoints = checkpoints;
    }

    @Override
    public Integer call() {
        Path source = checkpoints.resolve(model);
        KernelSettings settings = Config.defaults(KernelSettings.class);
        try (Checkpoint checkpoint = Checkpoint.open(source);
                Kernels kernels = KernelSelection.choose(settings.implementation(), settings.threadCount())
                        .kernels()) {
            checkpoint.verify();
            write(source, checkpoint, kernels);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + output + ": " + e, e);
        }
        return ExitCode.OK;
    }

    private void write(Path source, Checkpoint checkpoint, Kernels kernels) throws IOException {
        Progress progress = Progress.of(spec.commandLine().getErr());
        QuantizedCheckpointWriter writer = new QuantizedCheckpointWriter(
                checkpoint,
                (tensor, arena) -> kernels.quantize(tensor, arena).int8(),
                (read, total) -> progress.show(String.format(
                        Locale.ROOT, "%s of %s (%d %%)", new Bytes(read), new Bytes(total), 100 * read / total)));
        prepare(writer.byteSize());
        writer.write(output);
        progress.end();
        copyOthers(source);
        spec.commandLine().getOut().printf("%s: %s%n", output, new Bytes(writer.byteSize()));
        spec.commandLine().getOut().flush();
    }

    private void prepare(long bytes) throws IOException {
        Files.createDirectories(output);
        try (Stream<Path> files = Files.list(output)) {
            if (files.findAny().isPresent()) {
                throw new ServingException(ErrorCode.INVALID_REQUEST, output + " is not empty");
            }
        }
        long free = Files.getFileStore(output).getUsableSpace();
        if (bytes > free) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "%s: %s are needed, %s are free".formatted(output, new Bytes(bytes), new Bytes(free)));
        }
    }

    /// Tokenizer, template and the like. The config is last: a folder without it is no checkpoint.
    private void copyOthers(Path source) throws IOException {
        List<Path> others;
        try (Stream<Path> files = Files.list(source)) {
            others = files.filter(Files::isRegularFile)
                    .filter(file -> !isWeights(file) && !nameOf(file).equals(CONFIG))
                    .toList();
        }
        for (Path file : others) {
            Files.copy(file, output.resolve(nameOf(file)));
        }
        Files.copy(source.resolve(CONFIG), output.resolve(CONFIG));
    }

    private static boolean isWeights(Path file) {
        return nameOf(file).endsWith(".safetensors") || nameOf(file).endsWith(".safetensors.index.json");
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }
}
