package io.thunderhead.cli;

import io.thunderhead.cli.bench.BenchCommand;
import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.demo.DemoCommand;
import io.thunderhead.cli.eval.EvalCommand;
import io.thunderhead.cli.eval.RecallCommand;
import io.thunderhead.cli.eval.TasksCommand;
import io.thunderhead.cli.node.AttentionWorkerCommand;
import io.thunderhead.cli.node.CoordinatorCommand;
import io.thunderhead.cli.node.ExpertWorkerCommand;
import io.thunderhead.cli.node.Nodes;
import io.thunderhead.cli.node.ServeCommand;
import io.thunderhead.cli.node.TrainStartupCommand;
import io.thunderhead.cli.quantize.QuantizeCommand;
import io.thunderhead.cli.synth.SynthCommand;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// Puts the command together: subcommands, help for each, errors in one line.
final class Commands {
    private final CommandLine root = new CommandLine(new ThunderheadCommand());

    /// @param mainClass to run in child processes
    Commands(String mainClass) {
        root.addSubcommand(new ChatCommand(mainClass))
                .addSubcommand(new ConfigCommand())
                .addSubcommand(new CorpusCommand())
                .addSubcommand(new InspectCommand())
                .addSubcommand(new PlanCommand())
                .addSubcommand(new QuantizeCommand(CheckpointFolder.ofProcess()))
                .addSubcommand(new SynthCommand(CheckpointFolder.ofProcess()))
                .addSubcommand(new VersionCommand());
    }

    /// Adds `serve`, the roles, and what runs a cluster of its own.
    Commands withNodes(Nodes nodes, String mainClass) {
        root.addSubcommand(new ServeCommand(nodes, mainClass))
                .addSubcommand(new BenchCommand(nodes, mainClass, CheckpointFolder.ofProcess()))
                .addSubcommand(new DemoCommand(nodes, mainClass))
                .addSubcommand(new CommandLine(new EvalCommand())
                        .addSubcommand(new RecallCommand(nodes, mainClass))
                        .addSubcommand(new TasksCommand(nodes, mainClass)))
                .addSubcommand(new CoordinatorCommand(nodes))
                .addSubcommand(new AttentionWorkerCommand(nodes))
                .addSubcommand(new ExpertWorkerCommand(nodes))
                .addSubcommand(new TrainStartupCommand(nodes));
        return this;
    }

    CommandLine commandLine() {
        addHelp(root);
        return root.setExecutionExceptionHandler(new FailureReport()).setParameterExceptionHandler(new UsageReport());
    }

    private static void addHelp(CommandLine command) {
        command.getSubcommands().values().forEach(Commands::addHelp);
        command.getCommandSpec().addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
    }
}
