package io.thunderhead.cluster.membership;

import io.thunderhead.core.config.Setting;
import java.time.Duration;
import java.util.List;

/// How a node finds the others, and what the cluster is expected to look like. Config prefix `cluster`.
public record ClusterConfig(
        @Setting(value = "thunderhead", doc = "Name of the cluster; nodes of another name are not joined")
        String name,

        @Setting(
                value = "127.0.0.1:5701",
                doc = "Membership addresses of the coordinators, host:port, for discovery 'static'")
        List<String> members,

        @Setting(value = "static", doc = "How coordinators are found: 'static' (members) or 'kubernetes'")
        Discovery discovery,

        @Setting(value = "", doc = "Headless Kubernetes service that lists the coordinators")
        String kubernetesService,

        @Setting(value = "", doc = "Kubernetes namespace of that service; empty = the pod's own")
        String kubernetesNamespace,

        @Setting(
                value = "",
                doc = "Label that the coordinator which leads puts on its pod, so that a Kubernetes service can select"
                        + " it; empty = none")
        String kubernetesLeaderLabel,

        @Setting(value = "127.0.0.1", doc = "Address on which membership listens and which other nodes are told")
        String bindHost,

        @Setting(value = "5701", min = 0, max = 65535, doc = "Port on which membership listens; 0 = any free one")
        int bindPort,

        @Setting(value = "true", doc = "Take the next free port if the port is in use")
        boolean portAutoIncrement,

        @Setting(value = "2", min = 1, max = 1024, doc = "Attention workers to wait for before the first plan")
        int attentionWorkers,

        @Setting(value = "2", min = 1, max = 1024, doc = "Expert workers to wait for before the first plan")
        int expertWorkers,

        @Setting(value = "10m", min = 1, doc = "How long a worker looks for a coordinator before it gives up")
        Duration joinTimeout,

        @Setting(value = "1s", min = 1000, doc = "Time between two signs of life to the other nodes")
        Duration heartbeatInterval,

        @Setting(
                value = "10s",
                min = 2000,
                doc = "A node silent for so long counts as lost; a dead process is seen at once")
        Duration heartbeatTimeout,

        @Setting(value = "10s", min = 0, doc = "How long a lost worker may take to come back before its part is moved")
        Duration rejoinGrace,

        @Setting(value = "true", doc = "Move experts to workers that join later")
        boolean rebalance) {

    public enum Discovery {
        STATIC,
        KUBERNETES
    }

    public ClusterConfig {
        members = List.copyOf(members);
    }
}
