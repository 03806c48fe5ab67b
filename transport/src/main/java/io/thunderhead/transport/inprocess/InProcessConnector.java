package io.thunderhead.transport.inprocess;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Lines between nodes of one process: rows by reference, no sockets. Nodes are found by name; addresses are ignored.
public final class InProcessConnector implements NodeConnector {
    private final NodeId self;
    private final InProcessNodes nodes;
    private final TransportConfig config;
    private final List<Runnable> closers = new CopyOnWriteArrayList<>();

    /// @param self the name this node has in messages
    public InProcessConnector(NodeId self, InProcessNodes nodes, TransportConfig config) {
        this.self = self;
        this.nodes = nodes;
        this.config = config;
    }

    @Override
    public ExpertExchange expertExchange(NodeId worker, HostPort address) {
        ExpertExchange exchange = new InProcessExchange(self, worker, nodes, config.maxInFlight());
        closers.add(exchange::close);
        return exchange;
    }

    @Override
    public HiddenLink hiddenLink(NodeId worker, HostPort address) {
        HiddenLink link = new InProcessHiddenLink(worker, nodes);
        closers.add(link::close);
        return link;
    }

    @Override
    public StageControl stageControl(NodeId worker, HostPort address, StageControl.Listener listener) {
        InProcessStageControl control = new InProcessStageControl(worker, listener, config.maxInFlight());
        closers.add(control::close);
        control.open(nodes);
        return control;
    }

    @Override
    public void close() {
        closers.forEach(Runnable::run);
    }
}
