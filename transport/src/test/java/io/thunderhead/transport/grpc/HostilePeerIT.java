package io.thunderhead.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.HeldExperts;
import io.thunderhead.transport.exchange.PendingCombine;
import io.thunderhead.transport.exchange.TestRows;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Peers that do not keep to docs/WIRE.md, by frames made by hand.
class HostilePeerIT {
    private static final TransportConfig CONFIG = TestConfigs.of(8);
    private static final NodeId SELF = new NodeId("caller");

    private static Deadline later() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    private static byte[] bytes(OutgoingFrame frame) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            frame.drainTo(bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] dispatch(Consumer<ByteBuffer> damage) {
        byte[] frame = bytes(OutgoingFrame.dispatch(1, TestRows.of(3, 8, 2, 1), later()));
        damage.accept(ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN));
        return frame;
    }

    static Stream<Named<byte[]>> badDispatches() {
        return Stream.of(
                Named.of("nothing", new byte[0]),
                Named.of("a short header", new byte[63]),
                Named.of("another format", dispatch(frame -> frame.putInt(0, 1))),
                Named.of("an unknown kind", dispatch(frame -> frame.putInt(4, 9))),
                Named.of("an answer", dispatch(frame -> frame.putInt(4, 2))),
                Named.of("a number that was left out", dispatch(frame -> frame.putLong(8, 2))),
                Named.of("one row more", dispatch(frame -> frame.putInt(40, 4))),
                Named.of("negative rows", dispatch(frame -> frame.putInt(40, -1))),
                Named.of("no rows", dispatch(frame -> frame.putInt(40, 0))),
                Named.of(
                        "rows that overflow",
                        dispatch(frame -> frame.putInt(40, Integer.MAX_VALUE).putInt(44, Integer.MAX_VALUE))),
                Named.of("another hidden size", dispatch(frame -> frame.putInt(44, 7))),
                Named.of("another top-k", dispatch(frame -> frame.putInt(48, 3))),
                Named.of("metadata past the end", dispatch(frame -> frame.putInt(52, 1 << 20))),
                Named.of("negative metadata", dispatch(frame -> frame.putInt(52, -8))),
                Named.of("a huge body", dispatch(frame -> frame.putLong(56, Long.MAX_VALUE - 100))),
                Named.of("a wild table", dispatch(frame -> frame.putInt(64, 1 << 28))),
                Named.of("an empty table", dispatch(frame -> frame.put(64, new byte[64]))));
    }

    @ParameterizedTest
    @MethodSource("badDispatches")
    void endsAStreamThatBringsABadDispatch(byte[] frame) throws Exception {
        HeldExperts experts = new HeldExperts();
        try (GrpcWire wire = new GrpcWire(CONFIG);
                NodeChannels channels = new NodeChannels(SELF, CONFIG)) {
            wire.startWorker(NodeServices.of(experts));
            ManagedChannel channel = channels.open(wire.address());
            CompletableFuture<ServingException> end = send(channel, frame);
            assertThat(end.get(10, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
            assertThat(experts.isEmpty()).isTrue();
            assertThat(wire.bytesHeld()).isZero();
            channel.shutdownNow();
        }
    }

    private static CompletableFuture<ServingException> send(ManagedChannel channel, byte[] frame) {
        CompletableFuture<ServingException> end = new CompletableFuture<>();
        ClientCall<InputStream, InputStream> call = channel.newCall(TensorExchange.EXPERTS, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(GrpcErrors.fromGrpc(status, trailers));
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(new ByteArrayInputStream(frame));
        return end;
    }

    static Stream<Named<byte[]>> badAnswers() {
        MemorySegment rows = MemorySegment.ofArray(new float[64]);
        return Stream.of(
                Named.of("noise", new byte[200]),
                Named.of("a number never sent", bytes(OutgoingFrame.combine(2, rows, 3, 8, 1, 0))),
                Named.of("one row less", bytes(OutgoingFrame.combine(1, rows, 2, 8, 1, 0))),
                Named.of("narrower rows", bytes(OutgoingFrame.combine(1, rows, 3, 7, 1, 0))),
                Named.of("a row a slot", bytes(OutgoingFrame.combine(1, rows, 3, 8, 2, 0))),
                Named.of("a dispatch", bytes(OutgoingFrame.dispatch(1, TestRows.of(3, 8, 2, 1), later()))),
                Named.of("an acknowledgement", bytes(OutgoingFrame.ack(1))));
    }

    @ParameterizedTest
    @MethodSource("badAnswers")
    void failsWhatIsUnderWayWithAWorkerThatAnswersBadly(byte[] frame) throws Exception {
        Server server = answering(frame);
        try (GrpcNodeConnector connector = new GrpcNodeConnector(SELF, CONFIG)) {
            PendingCombine pending = connector
                    .expertExchange(Wire.WORKER, new HostPort("127.0.0.1", server.getPort()))
                    .dispatch(TestRows.of(3, 8, 2, 1), later());
            assertThatThrownBy(() -> pending.await(later()))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
            await().untilAsserted(() -> assertThat(connector.rowBytesHeld()).isZero());
        } finally {
            server.shutdownNow();
        }
    }

    private static Server answering(byte[] frame) throws IOException {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), InsecureServerCredentials.create())
                .addService(ServerServiceDefinition.builder(TensorExchange.SERVICE)
                        .addMethod(TensorExchange.EXPERTS, (call, headers) -> {
                            call.sendHeaders(new Metadata());
                            call.request(1);
                            return new ServerCall.Listener<>() {
                                @Override
                                public void onMessage(InputStream message) {
                                    call.sendMessage(new ByteArrayInputStream(frame));
                                }
                            };
                        })
                        .build())
                .build()
                .start();
    }

    @Test
    void refusesToSendWhatThePeerWouldNotTake() {
        try (GrpcWire wire = new GrpcWire(CONFIG)) {
            wire.startWorker(NodeServices.of(new HeldExperts()));
            assertThatThrownBy(() -> wire.connector()
                            .expertExchange(Wire.WORKER, wire.address())
                            .dispatch(TestRows.of(1024, 6144, 2, 1), later()))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE));
        }
    }
}
