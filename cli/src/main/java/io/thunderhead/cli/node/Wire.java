package io.thunderhead.cli.node;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;

/// How nodes reach each other: over sockets, or by reference inside one process. Nothing else differs between the two.
interface Wire {
    /// What finds the other nodes; not started.
    ClusterMembership membership();

    /// The listening end of a worker; not started.
    NodeServer server(NodeId self, NodeServices services);

    NodeConnector connector(NodeId self);
}
