package io.thunderhead.transport.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.thunderhead.proto.control.v1.StageCommand;
import io.thunderhead.proto.control.v1.StageControlGrpc;
import io.thunderhead.proto.control.v1.StageEvent;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.shm.RingHost;
import io.thunderhead.transport.stage.StageService;
import io.thunderhead.transport.wire.RowMemory;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The gRPC services of a node: a stream handler for each port it offers.
final class NodeStreams {
    private final NodeServices services;
    private final TransportConfig config;
    private final RowMemory memory;
    private final WorkInFlight work;

    NodeStreams(NodeServices services, TransportConfig config, RowMemory memory, WorkInFlight work) {
        this.services = services;
        this.config = config;
        this.memory = memory;
        this.work = work;
    }

    List<ServerServiceDefinition> definitions() {
        List<ServerServiceDefinition> definitions = new ArrayList<>();
        definitions.add(tensors());
        services.stage().ifPresent(stage -> definitions.add(control(stage)));
        return definitions;
    }

    private ServerServiceDefinition tensors() {
        ServerServiceDefinition.Builder tensors = ServerServiceDefinition.builder(TensorExchange.SERVICE);
        services.experts()
                .ifPresent(experts -> tensors.addMethod(
                        TensorExchange.EXPERTS, (call, headers) -> open(expertStream(call, headers, experts))));
        services.stage()
                .ifPresent(stage -> tensors.addMethod(
                        TensorExchange.HIDDEN, (call, headers) -> open(hiddenStream(call, headers, stage))));
        return tensors.build();
    }

    /// The same expert service for lines through shared memory.
    Optional<RingHost.Welcome> rings() {
        return services.experts()
                .map(experts -> (caller, line) -> new RingExperts(
                        line,
                        config.maxInFlight(),
                        answers -> new ExpertSession(
                                caller,
                                experts,
                                memory.stream("dispatches"),
                                work,
                                config.maxMessage().value(),
                                answers)));
    }

    private ServerServiceDefinition control(StageService stage) {
        return ServerServiceDefinition.builder(StageControlGrpc.getServiceDescriptor())
                .addMethod(
                        StageControlGrpc.getSessionMethod(), (call, headers) -> open(stageStream(call, headers, stage)))
                .build();
    }

    private ExpertStream expertStream(
            ServerCall<InputStream, InputStream> call, Metadata headers, ExpertService experts) {
        return new ExpertStream(
                call,
                headers,
                experts,
                memory.stream("dispatches"),
                work,
                config.maxMessage().value());
    }

    private HiddenStream hiddenStream(ServerCall<InputStream, InputStream> call, Metadata headers, StageService stage) {
        return new HiddenStream(call, headers, stage, memory.stream("hidden rows"));
    }

    private StageStream stageStream(ServerCall<StageCommand, StageEvent> call, Metadata headers, StageService stage) {
        return new StageStream(call, headers, stage, work);
    }

    private <Q, A> ServerStream<Q, A> open(ServerStream<Q, A> stream) {
        stream.open(config.maxInFlight());
        return stream;
    }
}
