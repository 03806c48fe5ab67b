package io.thunderhead.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.HeldExperts;
import io.thunderhead.transport.exchange.PendingCombine;
import io.thunderhead.transport.exchange.TestRows;
import io.thunderhead.transport.grpc.GrpcNodeConnector;
import io.thunderhead.transport.grpc.GrpcWire;
import io.thunderhead.transport.grpc.SharedMemoryWire;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Callers that do not keep to docs/WIRE.md, by a ring filled by hand.
class HostileRingIT {
    private final HeldExperts experts = new HeldExperts();
    private final GrpcWire wire = new GrpcWire(TestConfigs.sharedMemory(8));
    private RingOffer offer;

    @BeforeEach
    void start() {
        wire.startWorker(NodeServices.of(experts));
        offer = RingsOf.offer(wire.address());
    }

    @AfterEach
    void otherCallersGoOn() throws Exception {
        try (GrpcNodeConnector connector = new GrpcNodeConnector(new NodeId("caller"), TestConfigs.sharedMemory(8));
                ExpertExchange exchange =
                        SharedMemoryWire.sharing(connector).expertExchange(Wire.WORKER, wire.address())) {
            Deadline deadline = Deadline.after(Duration.ofSeconds(20));
            PendingCombine answer = exchange.dispatch(TestRows.of(1, 4, 2, 1), deadline);
            experts.next().answer();
            answer.await(deadline).close();
        }
        await().untilAsserted(() -> assertThat(wire.bytesHeld()).isZero());
        wire.close();
    }

    private static byte[] dispatch(Consumer<ByteBuffer> damage) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            OutgoingFrame.dispatch(1, TestRows.of(3, 8, 2, 1), Deadline.after(Duration.ofSeconds(20)))
                    .drainTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] frame = bytes.toByteArray();
        damage.accept(ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN));
        return frame;
    }

    static Stream<Arguments> nonsense() {
        byte[] good = dispatch(frame -> {});
        return Stream.of(
                written("noise", new byte[200]),
                written("another format", dispatch(frame -> frame.putInt(0, 1))),
                written("an answer", dispatch(frame -> frame.putInt(4, 2))),
                written("a number that was left out", dispatch(frame -> frame.putLong(8, 2))),
                written("one row more", dispatch(frame -> frame.putInt(40, 4))),
                written("negative rows", dispatch(frame -> frame.putInt(40, -1))),
                written("negative metadata", dispatch(frame -> frame.putInt(52, -8))),
                written("a body above the limit", dispatch(frame -> frame.putLong(56, 1L << 40))),
                written("a body beyond all limits", dispatch(frame -> frame.putLong(56, Long.MAX_VALUE - 100))),
                written("a wild table", dispatch(frame -> frame.putInt(64, 1 << 28))),
                Arguments.of(Named.of("more than the ring holds", good), RawCaller.CAPACITY + 1),
                Arguments.of(Named.of("less than nothing", good), -1L),
                Arguments.of(Named.of("very much", good), Long.MAX_VALUE));
    }

    private static Arguments written(String name, byte[] frame) {
        return Arguments.of(Named.of(name, frame), (long) frame.length);
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void endsALineThatBringsNonsense(byte[] bytes, long written) throws Exception {
        try (RawCaller caller = RawCaller.greet(offer)) {
            caller.write(bytes, written);
            await().until(caller::accused);
            assertThat(experts.isEmpty()).isTrue();
        }
    }

    @Test
    void endsALineWhoseCallerSaysItReadWhatWasNotWritten() throws Exception {
        try (RawCaller caller = RawCaller.greet(offer)) {
            caller.readBy(1000);
            byte[] good = dispatch(frame -> {});
            caller.write(good, good.length);
            experts.next().answer();
            await().until(caller::accused);
        }
    }

    @Test
    void freesWhatATruncatedFrameHadTaken() throws Exception {
        byte[] good = dispatch(frame -> {});
        try (RawCaller caller = RawCaller.greet(offer)) {
            caller.write(good, good.length - 1);
            await().untilAsserted(() -> assertThat(wire.bytesHeld()).isPositive());
        }
        await().untilAsserted(() -> assertThat(wire.bytesHeld()).isZero());
        assertThat(experts.isEmpty()).isTrue();
    }

    @Test
    void hangsUpOnACallerWithoutTheToken() {
        refused("0".repeat(RingOffer.TOKEN_DIGITS), RawCaller.CAPACITY, "ring-0");
    }

    @Test
    void hangsUpOnACallerWhoseFileHasAnotherSize() {
        refused(offer.token(), 2 * RawCaller.CAPACITY, "ring-0");
    }

    @Test
    void hangsUpOnACallerWithARingOfAnOddSize() {
        refused(offer.token(), RawCaller.CAPACITY - 1, "ring-0");
        refused(offer.token(), Long.MIN_VALUE, "ring-0");
    }

    @Test
    void hangsUpOnACallerWithAFileElsewhere() {
        refused(
                offer.token(),
                RawCaller.CAPACITY,
                "../" + RingsOf.folder(wire.address()).getFileName() + "/ring-0");
        refused(offer.token(), RawCaller.CAPACITY, "ring-1");
    }

    private void refused(String token, long capacity, String file) {
        assertThatThrownBy(() -> RawCaller.greet(offer, token, capacity, file)).isInstanceOf(IOException.class);
    }
}
