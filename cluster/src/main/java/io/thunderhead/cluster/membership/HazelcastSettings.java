package io.thunderhead.cluster.membership;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// Hazelcast's configuration: nothing but members and small maps, on few threads, quick to start.
final class HazelcastSettings {
    private HazelcastSettings() {}

    static Config of(ClusterConfig cluster, boolean lite) {
        Config config = new Config();
        config.setClusterName(cluster.name());
        config.setLiteMember(lite);
        config.getMetricsConfig().setEnabled(false);
        properties(config);
        config.setProperty(
                "hazelcast.heartbeat.interval.seconds",
                Long.toString(cluster.heartbeatInterval().toSeconds()));
        config.setProperty(
                "hazelcast.max.no.heartbeat.seconds",
                Long.toString(cluster.heartbeatTimeout().toSeconds()));
        network(config.getNetworkConfig(), cluster);
        return config;
    }

    private static void properties(Config config) {
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.logging.details.enabled", "false");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        // the node closes in its own order
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.graceful.shutdown.max.wait", "3");
        // dozens of small entries: few partitions and threads start faster
        config.setProperty("hazelcast.partition.count", "7");
        config.setProperty("hazelcast.operation.thread.count", "2");
        config.setProperty("hazelcast.operation.generic.thread.count", "2");
        config.setProperty("hazelcast.operation.response.thread.count", "1");
        config.setProperty("hazelcast.event.thread.count", "1");
        config.setProperty("hazelcast.io.thread.count", "1");
        config.setProperty("hazelcast.clientengine.thread.count", "1");
        config.setProperty("hazelcast.clientengine.query.thread.count", "1");
        config.setProperty("hazelcast.clientengine.blocking.thread.count", "1");
        // the first coordinator forms the cluster at once instead of waiting five seconds for others
        config.setProperty("hazelcast.wait.seconds.before.join", "0");
        config.setProperty("hazelcast.operation.call.timeout.millis", "5000");
        // the parts of a split cluster, and workers that outlived their only coordinator, look for the rest this often
        config.setProperty("hazelcast.merge.first.run.delay.seconds", "3");
        config.setProperty("hazelcast.merge.next.run.delay.seconds", "3");
    }

    private static void network(NetworkConfig network, ClusterConfig cluster) {
        network.setPort(cluster.bindPort());
        network.setPortAutoIncrement(cluster.portAutoIncrement());
        InetAddress bind = resolve(cluster.bindHost());
        if (!bind.isAnyLocalAddress()) {
            network.getInterfaces().setEnabled(true).addInterface(bind.getHostAddress());
        }
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        switch (cluster.discovery()) {
            case STATIC -> {
                join.getTcpIpConfig().setEnabled(true);
                cluster.members().forEach(join.getTcpIpConfig()::addMember);
            }
            case KUBERNETES ->
                join.getKubernetesConfig()
                        .setEnabled(true)
                        .setProperty("service-dns", serviceName(cluster))
                        .setProperty("service-port", Integer.toString(cluster.bindPort()));
        }
    }

    /// Resolves to the addresses of all coordinators that run.
    static String serviceName(ClusterConfig cluster) {
        String namespace = cluster.kubernetesNamespace();
        return namespace.isEmpty()
                ? cluster.kubernetesService()
                : cluster.kubernetesService() + "." + namespace + ".svc";
    }

    private static InetAddress resolve(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("cluster.bind-host: no address of '" + host + "'", e);
        }
    }
}
