package io.thunderhead.transport.grpc;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;

/// A worker's gRPC port: its services, `grpc.health.v1` and reflection.
public final class GrpcNodeServer implements NodeServer {
    /// @param self the name this node has in messages
    /// @param listen where to listen; port 0 = any free one
    public GrpcNodeServer(NodeId self, HostPort listen, NodeServices services, TransportConfig config) {}

    @Override
    public HostPort start() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
