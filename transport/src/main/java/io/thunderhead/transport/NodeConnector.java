package io.thunderhead.transport;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;

/// Opens lines to other nodes. Over gRPC, or inside one process by reference: the caller cannot tell.
public interface NodeConnector extends AutoCloseable {
    ExpertExchange expertExchange(NodeId worker, HostPort address);

    HiddenLink hiddenLink(NodeId worker, HostPort address);

    StageControl stageControl(NodeId worker, HostPort address, StageControl.Listener listener);

    @Override
    void close();
}
