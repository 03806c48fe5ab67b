package io.thunderhead.transport.grpc;

import io.grpc.MethodDescriptor;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.proto.control.v1.StageControlGrpc;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.exchange.DispatchLimit;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.wire.RowMemory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Lines over gRPC; tensors travel as Arrow record batches (docs/WIRE.md). Expert exchanges and hidden links are opened
/// when first used and again after a loss; a control line dials at once and ends with its connection.
public final class GrpcNodeConnector implements NodeConnector {
    private final NodeId self;
    private final TransportConfig config;
    private final NodeChannels channels;
    private final RowMemory memory;
    private final Set<ClientStream<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private final Set<SharedMemoryLine> sharedMemoryLines = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param self the name this node gives to others
    public GrpcNodeConnector(NodeId self, TransportConfig config) {
        this.self = self;
        this.config = config;
        this.channels = new NodeChannels(self, config);
        this.memory = new RowMemory(self, config.arrowMemory());
    }

    @Override
    public ExpertExchange expertExchange(NodeId worker, HostPort address) {
        DispatchLimit limit = new DispatchLimit(config.maxInFlight(), "the line to " + worker);
        SharedMemoryLine sharedMemory = new SharedMemoryLine(
                self, worker, address, config, channels, sender -> expertLine(worker, limit, sender));
        sharedMemoryLines.removeIf(SharedMemoryLine::closed);
        sharedMemoryLines.add(sharedMemory);
        return new GrpcExpertExchange(
                worker, limit, reopening(() -> openExpertLine(worker, address, limit)), sharedMemory);
    }

    private GrpcExpertLine openExpertLine(NodeId worker, HostPort address, DispatchLimit limit) {
        var stream = stream(worker, address, TensorExchange.EXPERTS);
        ExpertLine line = expertLine(worker, limit, new GrpcExpertLine.OverStream(stream));
        stream.start(line, config.maxInFlight());
        return new GrpcExpertLine(stream, line);
    }

    private ExpertLine expertLine(NodeId worker, DispatchLimit limit, ExpertLine.Sender sender) {
        return new ExpertLine(
                sender,
                memory.stream("experts of " + worker),
                limit,
                config.maxMessage().value());
    }

    @Override
    public HiddenLink hiddenLink(NodeId worker, HostPort address) {
        return new GrpcHiddenLink(worker, failures -> reopening(() -> openHiddenLine(worker, address, failures)));
    }

    private HiddenLine openHiddenLine(NodeId worker, HostPort address, Consumer<ServingException> failures) {
        HiddenLine line = new HiddenLine(
                stream(worker, address, TensorExchange.HIDDEN),
                new DispatchLimit(config.maxInFlight(), "the line to " + worker),
                config.maxMessage().value(),
                failures);
        line.stream().start(line, config.maxInFlight());
        return line;
    }

    @Override
    public StageControl stageControl(NodeId worker, HostPort address, StageControl.Listener listener) {
        var stream = stream(worker, address, StageControlGrpc.getSessionMethod());
        GrpcStageControl control = new GrpcStageControl(worker, stream, listener, config.maxInFlight());
        stream.start(control, config.maxInFlight());
        return control;
    }

    private <Q, A> ClientStream<Q, A> stream(NodeId worker, HostPort address, MethodDescriptor<Q, A> method) {
        streams.removeIf(stream -> stream.end() != null);
        ClientStream<Q, A> stream =
                new ClientStream<>(worker, channels.open(address), method, Deadline.after(config.connectTimeout()));
        streams.add(stream);
        if (closed) {
            stream.close(shuttingDown());
        }
        return stream;
    }

    private <L extends Reopening.Line> Reopening<L> reopening(Supplier<L> opener) {
        return new Reopening<>(opener, config.reconnectPauseMax());
    }

    /// Arrow memory that received rows hold now.
    long rowBytesHeld() {
        return memory.allocatedBytes();
    }

    @Override
    public void close() {
        closed = true;
        sharedMemoryLines.forEach(SharedMemoryLine::close);
        streams.forEach(stream -> stream.close(shuttingDown()));
        channels.close();
        memory.close();
    }

    private static ServingException shuttingDown() {
        return new ServingException(ErrorCode.SHUTTING_DOWN, "this node's connector has been closed");
    }
}
