package io.thunderhead.cli.node;

import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cluster.membership.NodeRole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `thunderhead attention-worker`
@Command(
        name = "attention-worker",
        description = "Runs a node that holds a range of layers without their experts, and the state of sequences.")
public final class AttentionWorkerCommand extends NodeCommand {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "What computes: auto, cpu, gpu or gpu:N (node.device).")
    private @Nullable String device;

    public AttentionWorkerCommand(Nodes nodes) {
        super(NodeRole.ATTENTION_WORKER, nodes);
    }

    @Override
    void addFlags(ConfigOptions flags) {
        flags.flag("--device", "node.device", device);
    }
}
