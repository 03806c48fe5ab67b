package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import picocli.CommandLine.Command;

/// `thunderhead train-startup`, run once by the launcher after a build: one node of each role in this JVM, over the
/// real wires, until all are ready. The JVM remembers the classes that this loads, so that later starts are fast.
@Command(
        name = "train-startup",
        hidden = true,
        description = "Starts and stops one node of each role, for the JVM's cache.")
public final class TrainStartupCommand implements Callable<Integer> {
    private final Nodes nodes;

    public TrainStartupCommand(Nodes nodes) {
        this.nodes = nodes;
    }

    @Override
    public Integer call() throws InterruptedException {
        int membershipPort = LocalCluster.freePort();
        CountDownLatch missing = new CountDownLatch(NodeRole.values().length);
        List<RunningNode> running = new ArrayList<>();
        try {
            for (NodeRole role : NodeRole.values()) {
                running.add(start(role, membershipPort, missing));
            }
            if (!missing.await(60, TimeUnit.SECONDS)) {
                throw new ServingException(ErrorCode.DEADLINE_EXCEEDED, missing.getCount() + " nodes are not ready");
            }
        } finally {
            running.forEach(RunningNode::close);
        }
        return 0;
    }

    private RunningNode start(NodeRole role, int membershipPort, CountDownLatch missing) {
        ConfigOptions options = new ConfigOptions()
                .flag("train-startup", "node.id", role)
                .flag("train-startup", "http.port", 0)
                .flag("train-startup", "grpc.port", 0)
                .flag("train-startup", "cluster.attention-workers", 1)
                .flag("train-startup", "cluster.expert-workers", 1)
                .flag("train-startup", "cluster.members", "127.0.0.1:" + membershipPort)
                .flag("train-startup", "cluster.bind-port", role == NodeRole.COORDINATOR ? membershipPort : 0);
        return nodes.start(role, options.load(Map.of()), countOnce(missing));
    }

    private static Consumer<ChildStatus> countOnce(CountDownLatch missing) {
        AtomicBoolean ready = new AtomicBoolean();
        return status -> {
            if (status.ready() && ready.compareAndSet(false, true)) {
                missing.countDown();
            }
        };
    }
}
