package io.thunderhead.cluster.membership;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The cluster as one node sees it: Hazelcast between processes, plain memory inside one. Thread-safe; never waits for
/// other nodes after [#start].
public interface ClusterMembership extends AutoCloseable {
    /// Joins, retrying until the deadline of its configuration, and publishes this node.
    void start(NodeInfo self);

    void publish(NodeStatus status);

    /// Only by the leader; ignored with a log line if a plan of the same or a later epoch is in force.
    void publish(Plan plan);

    /// Marks a worker as drained, or takes the mark away: plans leave drained workers out. The mark outlives the
    /// worker, and ends with the last coordinator.
    void drain(NodeId worker, boolean drained);

    /// Shows the cluster every few seconds what this node's experts computed.
    void share(Supplier<ExpertLoad> load);

    /// What the expert workers that are there showed last; only coordinators know.
    Map<NodeId, ExpertLoad> loads();

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
    /// @param drained workers, there or not, that plans leave out
    record Snapshot(
            Optional<NodeId> leader,
            List<NodeInfo> nodes,
            List<NodeStatus> statuses,
            Optional<Plan> plan,
            Set<NodeId> drained) {
        public Snapshot {
            nodes = List.copyOf(nodes);
            statuses = List.copyOf(statuses);
            drained = Set.copyOf(drained);
        }

        public Snapshot(Optional<NodeId> leader, List<NodeInfo> nodes, List<NodeStatus> statuses, Optional<Plan> plan) {
            this(leader, nodes, statuses, plan, Set.of());
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
