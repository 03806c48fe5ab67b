package io.thunderhead.transport.grpc;

import static org.awaitility.Awaitility.await;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;

/// The gRPC wire of two nodes that have found out that they share a host.
public final class SharedMemoryWire implements Wire {
    private final GrpcWire wire;

    SharedMemoryWire(TransportConfig config) {
        this.wire = new GrpcWire(config);
    }

    @Override
    public NodeConnector connector() {
        return sharing(wire.connector());
    }

    /// Opens exchanges that wait until they go through shared memory.
    public static NodeConnector sharing(GrpcNodeConnector connector) {
        return new Sharing(connector);
    }

    @Override
    public HostPort address() {
        return wire.address();
    }

    @Override
    public void startWorker(NodeServices services) {
        wire.startWorker(services);
    }

    @Override
    public void stopWorker() {
        wire.stopWorker();
    }

    @Override
    public long bytesHeld() {
        return wire.bytesHeld();
    }

    @Override
    public void close() {
        wire.close();
    }

    private record Sharing(NodeConnector inner) implements NodeConnector {
        @Override
        public ExpertExchange expertExchange(NodeId worker, HostPort address) {
            GrpcExpertExchange exchange = (GrpcExpertExchange) inner.expertExchange(worker, address);
            await().until(exchange::shared);
            return exchange;
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
}
