package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.config.Config;
import java.util.function.Consumer;

/// Builds the nodes that the commands run.
public interface Nodes {
    /// Starts one node and returns while it may still load and wait for others.
    ///
    /// @param status called with every change, from any thread
    RunningNode start(NodeRole role, Config config, Consumer<ChildStatus> status);

    /// Starts a coordinator, attention workers and expert workers inside this process, wired by reference.
    RunningNode startAll(Config config, Consumer<ChildStatus> status);
}
