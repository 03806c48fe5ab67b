package io.thunderhead.cluster.membership;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.NodeId;
import java.util.List;
import java.util.Optional;

/// The cluster as one node sees it: Hazelcast between processes, plain memory inside one. Thread-safe; never waits for
/// other nodes after [#start].
public interface ClusterMembership extends AutoCloseable {
    /// Joins, retrying until the deadline of its configuration, and publishes this node.
    void start(NodeInfo self);

    void publish(NodeStatus status);

    /// Only by the leader; ignored with a log line if a plan of the same or a later epoch is in force.
    void publish(Plan plan);

    Snapshot snapshot();

    /// Called (on one thread, never concurrently) with every change, and once at once.
    void listen(Listener listener);

    @Override
    void close();

    interface Listener {
        void changed(Snapshot snapshot);
    }

    /// @param leader the coordinator that plans and schedules: the oldest one
    /// @param nodes live nodes, by id
    record Snapshot(Optional<NodeId> leader, List<NodeInfo> nodes, List<NodeStatus> statuses, Optional<Plan> plan) {
        public Snapshot {
            nodes = List.copyOf(nodes);
            statuses = List.copyOf(statuses);
        }

        public List<NodeInfo> nodes(NodeRole role) {
            return nodes.stream().filter(node -> node.role() == role).toList();
        }

        public Optional<NodeInfo> node(NodeId id) {
            return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
        }

        /// The status of the life of the node that is there now.
        public Optional<NodeStatus> status(NodeId id) {
            return node(id).flatMap(node -> statuses.stream()
                    .filter(status ->
                            status.id().equals(id) && status.incarnation().equals(node.incarnation()))
                    .findFirst());
        }
    }
}
