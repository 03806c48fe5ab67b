package io.thunderhead.cli.node;

import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cluster.membership.NodeRole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `thunderhead expert-worker`
@Command(name = "expert-worker", description = "Runs a node that holds experts of some layers; it has no state.")
public final class ExpertWorkerCommand extends NodeCommand {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "What computes: auto, cpu, gpu or gpu:N (node.device).")
    private @Nullable String device;

    public ExpertWorkerCommand(Nodes nodes) {
        super(NodeRole.EXPERT_WORKER, nodes);
    }

    @Override
    void addFlags(ConfigOptions flags) {
        flags.flag("--device", "node.device", device);
    }
}
