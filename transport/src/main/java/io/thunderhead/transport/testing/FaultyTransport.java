package io.thunderhead.transport.testing;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;

/// A connector whose lines misbehave by seed: dispatches are delayed, reordered, dropped or failed.
public final class FaultyTransport implements NodeConnector {
    private final NodeConnector inner;

    /// @param inner closed with this one
    public FaultyTransport(NodeConnector inner, long seed, Faults faults) {
        this.inner = inner;
    }

    @Override
    public ExpertExchange expertExchange(NodeId worker, HostPort address) {
        return inner.expertExchange(worker, address);
    }

    @Override
    public HiddenLink hiddenLink(NodeId worker, HostPort address) {
        return inner.hiddenLink(worker, address);
    }

    @Override
    public StageControl stageControl(NodeId worker, HostPort address, StageControl.Listener listener) {
        return inner.stageControl(worker, address, listener);
    }

    @Override
    public void close() {
        inner.close();
    }
}
