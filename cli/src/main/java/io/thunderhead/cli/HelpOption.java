package io.thunderhead.cli;

import picocli.CommandLine.Option;

/// `--help`, of every command.
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this text.")
    @SuppressWarnings("UnusedVariable") // picocli asks for it by its annotation
    private boolean requested;
}
