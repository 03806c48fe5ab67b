package io.thunderhead.cluster.planning;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.cluster.testing.Nodes;
import io.thunderhead.core.id.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/// A cluster as a test tells it: who is there, what they say, which plan is in force.
final class SnapshotScript {
    private final TreeMap<NodeId, NodeInfo> nodes = new TreeMap<>();
    private final Map<NodeId, NodeStatus> statuses = new HashMap<>();
    private Optional<Plan> plan = Optional.empty();
    private final Set<NodeId> drained = new HashSet<>();
    private NodeInfo leader = Nodes.coordinator(0);

    Snapshot snapshot() {
        return new Snapshot(
                Optional.of(leader.id()),
                new ArrayList<>(nodes.values()),
                List.copyOf(statuses.values()),
                plan,
                drained);
    }

    void join(NodeInfo... joining) {
        for (NodeInfo node : joining) {
            nodes.put(node.id(), node);
        }
    }

    void leave(NodeInfo node) {
        nodes.remove(node.id());
    }

    void lead(NodeInfo coordinator) {
        leader = coordinator;
    }

    void put(Plan inForce) {
        plan = Optional.of(inForce);
    }

    /// An operator marks the worker, or takes the mark away.
    void mark(NodeInfo node, boolean asDrained) {
        if (asDrained) {
            drained.add(node.id());
        } else {
            drained.remove(node.id());
        }
    }

    void drain(NodeInfo node) {
        statuses.put(node.id(), new NodeStatus(node.id(), node.incarnation(), 1, 1, 1, true, true, "drains"));
    }

    void report(NodeInfo node, long epoch, long loaded, long total, boolean ready) {
        statuses.put(node.id(), new NodeStatus(node.id(), node.incarnation(), epoch, loaded, total, ready, false, ""));
    }

    /// Everyone has loaded the plan in force.
    void serveAll() {
        long epoch = plan.map(Plan::epoch).orElse(0L);
        nodes.values().forEach(node -> report(node, epoch, 1, 1, true));
    }

    /// A worker joins, restarts or leaves, everyone loads, or nothing happens.
    void disturb(Random random, long memoryBytes) {
        int number = random.nextInt(4);
        NodeInfo node = random.nextBoolean() ? Nodes.attention(number, memoryBytes) : Nodes.expert(number, memoryBytes);
        NodeInfo there = nodes.get(node.id());
        switch (random.nextInt(4)) {
            case 0 -> join(there == null ? node : Nodes.reborn(there));
            case 1 -> leave(node);
            case 2 -> serveAll();
            default -> {}
        }
    }
}
