package io.thunderhead.transport.inprocess;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

public final class InProcessWire implements Wire {
    private final InProcessNodes nodes = new InProcessNodes();
    private final InProcessConnector connector;
    private @Nullable NodeServer worker;

    public InProcessWire(TransportConfig config) {
        this.connector = new InProcessConnector(new NodeId("caller"), nodes, config);
    }

    @Override
    public NodeConnector connector() {
        return connector;
    }

    @Override
    public HostPort address() {
        return new HostPort("unused", 0);
    }

    @Override
    public void startWorker(NodeServices services) {
        worker = nodes.server(WORKER, services);
        worker.start();
    }

    @Override
    public void stopWorker() {
        Objects.requireNonNull(worker).close();
    }

    @Override
    public long bytesHeld() {
        return 0;
    }

    @Override
    public void close() {
        connector.close();
        if (worker != null) {
            worker.close();
        }
    }
}
