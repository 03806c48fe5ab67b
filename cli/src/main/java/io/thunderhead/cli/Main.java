package io.thunderhead.cli;

import io.thunderhead.cli.node.ClusterNodes;
import picocli.CommandLine;

/// The process's entry: parses, runs one subcommand, exits with its code.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        CommandLine command = new Commands(Main.class.getName())
                .withNodes(new ClusterNodes(), Main.class.getName())
                .commandLine();
        System.exit(command.execute(args));
    }
}
