package io.thunderhead.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `thunderhead version`
@Command(name = "version", description = "Prints the versions of Thunderhead and of the JVM.")
final class VersionCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        spec.commandLine()
                .getOut()
                .println("thunderhead " + (version == null ? "(unpackaged classes)" : version) + ", Java "
                        + Runtime.version() + " on " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch"));
    }
}
