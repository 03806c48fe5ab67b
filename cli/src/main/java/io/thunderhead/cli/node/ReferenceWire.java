package io.thunderhead.cli.node;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.InMemoryCluster;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.inprocess.InProcessConnector;
import io.thunderhead.transport.inprocess.InProcessNodes;

/// Everything inside this process, by reference.
record ReferenceWire(InMemoryCluster cluster, InProcessNodes nodes, TransportConfig transport) implements Wire {
    ReferenceWire(TransportConfig transport) {
        this(new InMemoryCluster(), new InProcessNodes(), transport);
    }

    @Override
    public ClusterMembership membership() {
        return cluster.join();
    }

    @Override
    public NodeServer server(NodeId self, NodeServices services) {
        return nodes.server(self, services);
    }

    @Override
    public NodeConnector connector(NodeId self) {
        return new InProcessConnector(self, nodes, transport);
    }
}
