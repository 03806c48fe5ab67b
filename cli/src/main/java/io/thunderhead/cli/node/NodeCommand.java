package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ParentWatch;
import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cli.settings.ServeSettings;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.config.Config;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the commands of the three roles have in common.
abstract class NodeCommand implements Callable<Integer> {
    private final NodeRole role;
    private final Nodes nodes;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(names = "--id", paramLabel = "NAME", description = "Name of this node (node.id).")
    private @Nullable String id;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Where other nodes reach this one (node.host, cluster.bind-host).")
    private @Nullable String host;

    @Option(
            names = "--join",
            paramLabel = "HOST:PORT,...",
            description = "Membership addresses of the coordinators (cluster.members).")
    private @Nullable String join;

    NodeCommand(NodeRole role, Nodes nodes) {
        this.role = role;
        this.nodes = nodes;
    }

    /// The flags of this role alone.
    void addFlags(ConfigOptions flags) {}

    @Override
    public Integer call() {
        options.flag("--id", "node.id", id)
                .flag("--host", "node.host", host)
                .flag("--host", "cluster.bind-host", host)
                .flag("--join", "cluster.members", join);
        addFlags(options);
        Config config = options.load(System.getenv());
        ServeSettings serve = config.get(ServeSettings.class);
        ParentWatch.start(role == NodeRole.COORDINATOR ? serve.drainGrace() : serve.stopGrace());
        NodeProcess.runUntilStopped(nodes.start(role, config, ParentWatch::report));
        return 0;
    }
}
