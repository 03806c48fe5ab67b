package io.thunderhead.transport.grpc;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;

/// Lines over gRPC; tensors travel as Arrow record batches (docs/WIRE.md).
public final class GrpcNodeConnector implements NodeConnector {
    /// @param self the name this node gives to others
    public GrpcNodeConnector(NodeId self, TransportConfig config) {}

    @Override
    public ExpertExchange expertExchange(NodeId worker, HostPort address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public HiddenLink hiddenLink(NodeId worker, HostPort address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public StageControl stageControl(NodeId worker, HostPort address, StageControl.Listener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
