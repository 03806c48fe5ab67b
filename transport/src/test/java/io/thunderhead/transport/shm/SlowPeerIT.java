package io.thunderhead.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.exchange.HeldExperts;
import io.thunderhead.transport.exchange.PendingCombine;
import io.thunderhead.transport.exchange.TestRows;
import io.thunderhead.transport.grpc.GrpcNodeConnector;
import io.thunderhead.transport.grpc.GrpcWire;
import io.thunderhead.transport.grpc.SharedMemoryWire;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Peers that live but do not read.
@Timeout(60)
class SlowPeerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServingException.class,
                        error -> assertThat(error.code()).as(error.toString()).isEqualTo(code));
    }

    /// @param behavior for the first dispatch; the others are answered
    private static ExpertService first(ExpertService behavior, HeldExperts others) {
        CountDownLatch once = new CountDownLatch(1);
        return (rows, deadline, reply) -> {
            if (once.getCount() > 0) {
                once.countDown();
                behavior.dispatch(rows, deadline, reply);
            } else {
                others.dispatch(rows, deadline, reply);
            }
        };
    }

    @Test
    void aMessageThatIsTakenInPartByTheDeadlineIsTheEndOfTheLine() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        HeldExperts others = new HeldExperts();
        ExpertService service = first(
                (rows, deadline, reply) -> {
                    stuck.countDown();
                    awaitUninterruptibly(release);
                    reply.fail(new ServingException(ErrorCode.INTERNAL, "late"));
                },
                others);
        try (GrpcWire wire = new GrpcWire(TestConfigs.sharedMemory(8));
                NodeConnector connector = SharedMemoryWire.sharing(
                        new GrpcNodeConnector(new NodeId("caller"), TestConfigs.sharedMemory(8)))) {
            wire.startWorker(NodeServices.of(service));
            ExpertExchange exchange = connector.expertExchange(Wire.WORKER, wire.address());
            PendingCombine before = exchange.dispatch(TestRows.of(1, 4, 2, 1), Deadline.after(PATIENCE));
            assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> exchange.dispatch(
                                    TestRows.of(256, 4096, 2, 1), Deadline.after(Duration.ofMillis(200)))
                            .await(Deadline.after(PATIENCE)))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()) // whoever comes first: the deadline, or the line's end
                                    .isIn(ErrorCode.DEADLINE_EXCEEDED, ErrorCode.WORKER_LOST));
            assertCode(ErrorCode.WORKER_LOST, () -> before.await(Deadline.after(PATIENCE)));
            release.countDown();
            PendingCombine after = exchange.dispatch(TestRows.of(1, 4, 2, 1), Deadline.after(PATIENCE)); // over gRPC
            others.next().answer();
            after.await(Deadline.after(PATIENCE)).close();
            await().untilAsserted(() -> assertThat(wire.bytesHeld()).isZero());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aCallerThatDoesNotReadKeepsNoThreadOfTheWorker() throws Exception {
        HeldExperts experts = new HeldExperts();
        try (GrpcWire wire = new GrpcWire(TestConfigs.sharedMemory(8))) {
            wire.startWorker(NodeServices.of(experts));
            try (RawCaller caller = RawCaller.greet(RingsOf.offer(wire.address()))) {
                ByteArrayOutputStream dispatches = new ByteArrayOutputStream();
                for (int i = 1; i <= 8; i++) {
                    OutgoingFrame.dispatch(i, TestRows.of(1, 1024, 3, i), Deadline.after(PATIENCE))
                            .drainTo(dispatches);
                }
                // the answers, three rows each, are more than the ring holds
                caller.write(dispatches.toByteArray(), dispatches.size());
                long start = System.nanoTime();
                for (int i = 0; i < 8; i++) {
                    HeldExperts.Held held = experts.next();
                    held.answer();
                }
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            }
            await().untilAsserted(() -> assertThat(wire.bytesHeld()).isZero());
        }
    }
}
