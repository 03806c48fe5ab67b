package io.thunderhead.cli;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.node.Nodes;
import io.thunderhead.cli.node.RunningNode;
import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.coordinator.http.HttpConfig;
import io.thunderhead.core.config.Config;
import java.util.Map;
import java.util.function.Consumer;

/// Nodes that load nothing, are ready at once, and say what they were told; with a `main` for child processes.
final class FakeNodes implements Nodes {
    public static void main(String[] args) {
        String mainClass = FakeNodes.class.getName();
        System.exit(new Commands(mainClass)
                .withNodes(new FakeNodes(), mainClass)
                .commandLine()
                .execute(args));
    }

    @Override
    public RunningNode start(NodeRole role, Config config, Consumer<ChildStatus> status) {
        ClusterConfig cluster = config.get(ClusterConfig.class);
        System.out.println(role + " joins " + cluster.members().size() + ", binds own port " + (cluster.bindPort() > 0)
                + ", http port " + config.get(HttpConfig.class).port());
        status.accept(new ChildStatus(0, 10, false, Map.of(), "loading"));
        status.accept(new ChildStatus(10, 10, true, Map.of("http", "127.0.0.1:1"), "ready"));
        return () -> System.out.println(role + " stopped");
    }

    @Override
    public RunningNode startAll(Config config, Consumer<ChildStatus> status) {
        return start(NodeRole.COORDINATOR, config, status);
    }
}
