package io.thunderhead.cli.node;

import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.Family;
import io.thunderhead.metrics.MetricsConfig;
import io.thunderhead.metrics.MetricsServer;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.metrics.VllmNames;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// A node's metrics and the port that tells them, open from before the node starts until after it has stopped.
record NodeMetering(NodeMetrics metrics, MetricsServer server) implements AutoCloseable {
    /// @param place of the node among those of this process: with a fixed port each takes the one after the other's
    static NodeMetering start(NodeId id, NodeRole role, int place, Config config) {
        NodeMetrics metrics = new NodeMetrics(id.value());
        String model = config.get(ModelSettings.class).servedName();
        metrics.readAll(Families.NODE_INFO, readings -> readings.value(1, role.toString(), model, version()));
        if (place == 0) {
            metrics.addJvm();
        }
        MetricsConfig settings = config.get(MetricsConfig.class);
        String host = settings.host().orElse(config.get(NodeSettings.class).host());
        int port = portAt(settings, place);
        return new NodeMetering(metrics, MetricsServer.start(id.value(), new HostPort(host, port), metrics));
    }

    /// The port of a machine's n-th node; 0 stays any free one.
    static int portAt(MetricsConfig settings, int place) {
        return settings.port() == 0 ? 0 : settings.port() + place;
    }

    private static String version() {
        @Nullable String version = NodeMetering.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    /// For a coordinator, if the configuration asks for it; after its own families are there.
    void addVllmNames(Config config) {
        if (config.get(MetricsConfig.class).vllmNames()) {
            VllmNames.addTo(metrics, config.get(ModelSettings.class).servedName());
        }
    }

    /// What a worker tells the cluster of itself, shown too: whoever gets the statuses hands them on to what is
    /// returned.
    Consumer<NodeStatus> followWorker() {
        AtomicReference<@Nullable NodeStatus> newest = new AtomicReference<>();
        read(Families.NODE_READY, newest, status -> status.ready() ? 1 : 0);
        read(Families.PLAN_EPOCH, newest, NodeStatus::planEpoch);
        read(Families.WEIGHTS_LOADED, newest, NodeStatus::loadedBytes);
        read(Families.WEIGHTS_PLANNED, newest, NodeStatus::totalBytes);
        return newest::set;
    }

    private void read(Family family, AtomicReference<@Nullable NodeStatus> newest, ToDoubleFunction<NodeStatus> value) {
        metrics.read(family, () -> {
            NodeStatus status = newest.get();
            return status == null ? 0 : value.applyAsDouble(status);
        });
    }

    /// As Prometheus would reach it from this machine.
    String address() {
        return "http://" + server.address().dialable() + "/metrics";
    }

    @Override
    public void close() {
        server.close();
    }
}
