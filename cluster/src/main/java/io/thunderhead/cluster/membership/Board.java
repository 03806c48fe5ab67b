package io.thunderhead.cluster.membership;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.NodeId;
import java.util.Map;

/// What all nodes of a cluster see and write to: the shared state under [BoardMembership]. May wait for other nodes.
interface Board {
    /// Puts this node up, unless it stands there already.
    void post(NodeInfo self);

    /// Puts this node's status up, unless it stands there already.
    void post(NodeStatus status);

    /// Puts the plan in force if its epoch is later than that of the one that is.
    ///
    /// @return the plan in force afterwards
    Plan offer(Plan plan);

    /// Puts up what this node's experts computed.
    void post(ExpertLoad load);

    /// Marks a node as drained, or takes the mark away.
    void drain(NodeId node, boolean drained);

    Snapshot read();

    /// What the experts of live nodes computed.
    Map<NodeId, ExpertLoad> loads();

    /// Whether a coordinator is here, without which nothing is kept or found.
    boolean coordinatorIsHere();

    /// Leaves: this node vanishes from every snapshot, and calls that wait for others end. Any thread, any number of
    /// times.
    void leave();
}
