package io.thunderhead.integration;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.node.ClusterNodes;
import io.thunderhead.cli.node.RunningNode;
import io.thunderhead.cli.settings.ThunderheadSchema;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.config.ConfigLayer;
import io.thunderhead.core.id.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// A cluster whose nodes all live in this JVM and talk over loopback sockets, as `thunderhead serve` would start them:
/// nodes can be stopped, started again and added. Or, [#inProcess], one wired by reference.
final class LocalCluster implements AutoCloseable {
    private static final String COORDINATOR = "coordinator";
    private static final long READY_SECONDS_MAX = 120;

    private final Map<String, String> settings;
    private final Map<String, RunningNode> running = new LinkedHashMap<>();
    private final Map<String, ChildStatus> statuses = new ConcurrentHashMap<>();
    private final CompletableFuture<ChildStatus> ready = new CompletableFuture<>();

    private LocalCluster(Path model, int attentionWorkers, int expertWorkers, Map<String, String> more) {
        settings = new HashMap<>(Map.of(
                "model.dir", model.toString(),
                "model.name", "golden",
                "kernels.threads", "1",
                "node.memory", "1GiB",
                "cluster.name", "test-" + System.nanoTime(),
                "cluster.bind-port", "0",
                "cluster.rejoin-grace", "2s",
                "cluster.attention-workers", Integer.toString(attentionWorkers),
                "cluster.expert-workers", Integer.toString(expertWorkers),
                "http.host", "127.0.0.1"));
        settings.put("http.port", "0");
        settings.put("grpc.host", "127.0.0.1");
        settings.put("grpc.port", "0");
        settings.put("http.shutdown-grace", "1s");
        settings.put("scheduler.shutdown-grace", "1s");
        settings.putAll(more);
    }

    /// Starts every node on a thread of its own and waits until the cluster is ready.
    static LocalCluster start(Path model, int attentionWorkers, int expertWorkers, Map<String, String> settings) {
        LocalCluster cluster = new LocalCluster(model, attentionWorkers, expertWorkers, settings);
        int membershipPort = freePort();
        cluster.settings.put("cluster.members", "127.0.0.1:" + membershipPort);
        cluster.startNode(NodeRole.COORDINATOR, COORDINATOR, membershipPort);
        for (int i = 0; i < attentionWorkers; i++) {
            cluster.startNode(NodeRole.ATTENTION_WORKER, "attention-" + i, 0);
        }
        for (int i = 0; i < expertWorkers; i++) {
            cluster.startNode(NodeRole.EXPERT_WORKER, "expert-" + i, 0);
        }
        cluster.awaitReady();
        return cluster;
    }

    static LocalCluster inProcess(Path model, int attentionWorkers, int expertWorkers, Map<String, String> settings) {
        LocalCluster cluster = new LocalCluster(model, attentionWorkers, expertWorkers, settings);
        cluster.running.put(COORDINATOR, new ClusterNodes().startAll(cluster.config(Map.of()), cluster::heard));
        cluster.awaitReady();
        return cluster;
    }

    void stop(String id) {
        RunningNode node = running.remove(id);
        if (node == null) {
            throw new IllegalArgumentException(id + " does not run");
        }
        node.close();
    }

    void startAttentionWorker(String id) {
        startNode(NodeRole.ATTENTION_WORKER, id, 0);
    }

    void startExpertWorker(String id) {
        startExpertWorker(id, Map.of());
    }

    /// @param more settings of this node alone
    void startExpertWorker(String id, Map<String, String> more) {
        startNode(NodeRole.EXPERT_WORKER, id, 0, more);
    }

    private void startNode(NodeRole role, String id, int membershipPort) {
        startNode(role, id, membershipPort, Map.of());
    }

    private void startNode(NodeRole role, String id, int membershipPort, Map<String, String> more) {
        Map<String, String> own = new HashMap<>(more);
        own.put("node.id", id);
        own.put("cluster.bind-port", Integer.toString(membershipPort));
        Config config = config(own);
        running.put(id, new ClusterNodes().start(role, config, status -> {
                    statuses.put(id, status);
                    if (role == NodeRole.COORDINATOR) {
                        heard(status);
                    }
                }));
    }

    private Config config(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(more);
        return ThunderheadSchema.SCHEMA.bind(ConfigLayer.of("the test", all));
    }

    private void heard(ChildStatus status) {
        if (status.ready()) {
            ready.complete(status);
        }
    }

    private void awaitReady() {
        try {
            ready.get(READY_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (Exception e) {
            close();
            throw new IllegalStateException("the cluster did not become ready", e);
        }
    }

    URI uri(String path) {
        return URI.create(ready.join().addresses().get("http") + path);
    }

    /// Where a node, which must have been started by itself, tells its metrics.
    URI metrics(String id) {
        return URI.create(
                statuses.getOrDefault(id, ChildStatus.starting()).addresses().getOrDefault("metrics", ""));
    }

    HostPort grpc() {
        return HostPort.parse(ready.join().addresses().getOrDefault("grpc", ""));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        running.values().forEach(RunningNode::close);
        running.clear();
    }
}
