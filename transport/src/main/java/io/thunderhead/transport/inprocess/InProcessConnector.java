package io.thunderhead.transport.inprocess;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;

/// Lines between nodes of one process: rows by reference, no sockets. Nodes are found by name; addresses are ignored.
public final class InProcessConnector implements NodeConnector {
    /// @param self the name this node gives to others
    public InProcessConnector(NodeId self, InProcessNodes nodes, TransportConfig config) {}

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
