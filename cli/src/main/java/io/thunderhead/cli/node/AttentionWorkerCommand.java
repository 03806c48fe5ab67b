package io.thunderhead.cli.node;

import io.thunderhead.cluster.membership.NodeRole;
import picocli.CommandLine.Command;

/// `thunderhead attention-worker`
@Command(
        name = "attention-worker",
        description = "Runs a node that holds a range of layers without their experts, and the state of sequences.")
public final class AttentionWorkerCommand extends NodeCommand {
    public AttentionWorkerCommand(Nodes nodes) {
        super(NodeRole.ATTENTION_WORKER, nodes);
    }
}
