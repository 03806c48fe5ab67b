package io.thunderhead.cli;

import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.model.checkpoint.CheckpointReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead inspect`
@Command(
        name = "inspect",
        description = "Shows what a checkpoint holds: config, tensors, parameters, tokenizer, and problems found; exit"
                + " code 3 if there are any.")
final class InspectCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            defaultValue = ModelSettings.SHIPPED,
            description = "Folder of the checkpoint; default: the one shipped.")
    private Path model = Path.of("");

    @Override
    public Integer call() {
        CheckpointReport report =
                CheckpointReport.of(CheckpointFolder.ofProcess().resolve(model));
        spec.commandLine().getOut().print(report.toText());
        spec.commandLine().getOut().flush();
        return report.problems().isEmpty() ? ExitCode.OK : ExitCode.MODEL;
    }
}
