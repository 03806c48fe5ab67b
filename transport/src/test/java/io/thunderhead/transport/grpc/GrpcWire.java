package io.thunderhead.transport.grpc;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import org.jspecify.annotations.Nullable;

public final class GrpcWire implements Wire {
    private final TransportConfig config;
    private final GrpcNodeConnector connector;
    private @Nullable GrpcNodeServer worker;
    private HostPort address = new HostPort("127.0.0.1", 0);

    public GrpcWire(TransportConfig config) {
        this.config = config;
        this.connector = new GrpcNodeConnector(new NodeId("caller"), config);
    }

    @Override
    public GrpcNodeConnector connector() {
        return connector;
    }

    @Override
    public HostPort address() {
        return address;
    }

    @Override
    public void startWorker(NodeServices services) {
        worker = new GrpcNodeServer(WORKER, address, services, config);
        address = worker.start();
    }

    @Override
    public void stopWorker() {
        if (worker != null) {
            worker.close();
        }
    }

    @Override
    public long bytesHeld() {
        return connector.rowBytesHeld() + (worker == null ? 0 : worker.rowBytesHeld());
    }

    @Override
    public void close() {
        connector.close();
        stopWorker();
    }
}
