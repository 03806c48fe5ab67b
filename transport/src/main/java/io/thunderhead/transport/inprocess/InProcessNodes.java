package io.thunderhead.transport.inprocess;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The nodes that live in this process, by name. Thread-safe.
public final class InProcessNodes {
    private final Map<NodeId, InProcessNode> running = new ConcurrentHashMap<>();

    /// The listening end of a node: reachable by its name from `start()` to `close()`.
    public NodeServer server(NodeId self, NodeServices services) {
        return new InProcessNode(self, services, this);
    }

    void add(InProcessNode node) {
        if (running.putIfAbsent(node.id(), node) != null) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, "node " + node.id() + " runs in this process already");
        }
    }

    void remove(InProcessNode node) {
        running.remove(node.id(), node);
    }

    InProcessNode get(NodeId id) {
        @Nullable InProcessNode node = running.get(id);
        if (node == null) {
            throw new ServingException(ErrorCode.WORKER_LOST, id + " does not run in this process");
        }
        return node;
    }
}
