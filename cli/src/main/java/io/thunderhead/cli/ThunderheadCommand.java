package io.thunderhead.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The command without a subcommand: asks for one.
@Command(
        name = "thunderhead",
        description = "Serves MiniMax-01 models from a cluster of JVMs.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed",
            "2:the command line or the configuration is wrong",
            "3:the checkpoint is invalid, or no plan fits the workers",
            "4:a server or worker could not be reached or did not answer in time"
        })
final class ThunderheadCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? See thunderhead --help");
    }
}
