package io.thunderhead.cli.node;

import io.thunderhead.cluster.membership.NodeRole;
import picocli.CommandLine.Command;

/// `thunderhead expert-worker`
@Command(name = "expert-worker", description = "Runs a node that holds experts of some layers; it has no state.")
public final class ExpertWorkerCommand extends NodeCommand {
    public ExpertWorkerCommand(Nodes nodes) {
        super(NodeRole.EXPERT_WORKER, nodes);
    }
}
