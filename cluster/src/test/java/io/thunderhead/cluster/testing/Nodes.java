package io.thunderhead.cluster.testing;

import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;

/// Nodes to plan with; ids count in two digits so that their order is that of the numbers.
public final class Nodes {
    public static final String FINGERPRINT = "f00d";

    private Nodes() {}

    public static NodeInfo coordinator(int number) {
        return node("coordinator", number, NodeRole.COORDINATOR, 0, "1");
    }

    public static NodeInfo attention(int number, long memoryBytes) {
        return node("attention", number, NodeRole.ATTENTION_WORKER, memoryBytes, "1");
    }

    public static NodeInfo expert(int number, long memoryBytes) {
        return node("expert", number, NodeRole.EXPERT_WORKER, memoryBytes, "1");
    }

    public static NodeInfo reborn(NodeInfo node) {
        return new NodeInfo(
                node.id(),
                node.incarnation() + "1",
                node.role(),
                node.address(),
                node.memoryBytes(),
                node.device(),
                node.hostName(),
                node.modelFingerprint());
    }

    private static NodeInfo node(String name, int number, NodeRole role, long memoryBytes, String incarnation) {
        return new NodeInfo(
                new NodeId("%s-%02d".formatted(name, number)),
                incarnation,
                role,
                new HostPort("127.0.0.1", 0),
                memoryBytes,
                "cpu",
                "host",
                FINGERPRINT);
    }
}
