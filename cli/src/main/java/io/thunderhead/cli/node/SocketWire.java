package io.thunderhead.cli.node;

import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.HazelcastMembership;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.grpc.GrpcNodeConnector;
import io.thunderhead.transport.grpc.GrpcNodeServer;

/// Hazelcast for membership, gRPC for everything else.
record SocketWire(Config config) implements Wire {
    @Override
    public ClusterMembership membership() {
        return new HazelcastMembership(config.get(ClusterConfig.class));
    }

    @Override
    public NodeServer server(NodeId self, NodeServices services) {
        NodeSettings node = config.get(NodeSettings.class);
        return new GrpcNodeServer(
                self, new HostPort(node.host(), node.port()), services, config.get(TransportConfig.class));
    }

    @Override
    public NodeConnector connector(NodeId self) {
        return new GrpcNodeConnector(self, config.get(TransportConfig.class));
    }
}
