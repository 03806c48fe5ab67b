package io.thunderhead.cluster.planning;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.core.id.NodeId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The workers a plan can use: live, of the right model, and not about to leave.
final class Workers {
    private final Map<NodeId, NodeInfo> usable = new LinkedHashMap<>();
    private final List<NodeId> strangers;

    Workers(Snapshot snapshot, String modelFingerprint) {
        List<NodeInfo> workers = snapshot.nodes().stream()
                .filter(node -> node.role() != NodeRole.COORDINATOR)
                .toList();
        strangers = workers.stream()
                .filter(node -> !node.modelFingerprint().equals(modelFingerprint))
                .map(NodeInfo::id)
                .toList();
        workers.stream()
                .filter(node -> node.modelFingerprint().equals(modelFingerprint))
                .filter(node ->
                        snapshot.status(node.id()).filter(NodeStatus::draining).isEmpty())
                .filter(node -> !snapshot.drained().contains(node.id()))
                .forEach(node -> usable.put(node.id(), node));
    }

    List<NodeInfo> attention() {
        return of(NodeRole.ATTENTION_WORKER);
    }

    List<NodeInfo> experts() {
        return of(NodeRole.EXPERT_WORKER);
    }

    boolean has(NodeId id) {
        return usable.containsKey(id);
    }

    NodeInfo get(NodeId id) {
        NodeInfo worker = usable.get(id);
        if (worker == null) {
            throw new IllegalArgumentException(id + " is not a usable worker");
        }
        return worker;
    }

    String incarnation(NodeId id) {
        return get(id).incarnation();
    }

    /// Names workers that are there with another checkpoint, or nothing.
    String strangersText() {
        return strangers.isEmpty()
                ? ""
                : strangers.stream()
                        .map(NodeId::value)
                        .collect(Collectors.joining(", ", " (not used, they see another checkpoint: ", ")"));
    }

    private List<NodeInfo> of(NodeRole role) {
        return usable.values().stream().filter(node -> node.role() == role).toList();
    }
}
