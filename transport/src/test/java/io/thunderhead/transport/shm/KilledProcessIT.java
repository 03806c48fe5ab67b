package io.thunderhead.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.JavaProcess;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.Wire;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.HeldExperts;
import io.thunderhead.transport.exchange.PendingCombine;
import io.thunderhead.transport.exchange.TestRows;
import io.thunderhead.transport.grpc.GrpcNodeConnector;
import io.thunderhead.transport.grpc.GrpcWire;
import io.thunderhead.transport.grpc.SharedMemoryWire;
import java.io.BufferedReader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Processes that are killed in the middle of a message.
class KilledProcessIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Far before the patience of who sends is over: it is the death that ends the wait.
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void aKilledWorkerFailsWhatWasSentAndWhatIsBeingSent() throws Exception {
        Process worker = JavaProcess.start(StuckWorker.class);
        try (BufferedReader output = worker.inputReader();
                NodeConnector connector = SharedMemoryWire.sharing(
                        new GrpcNodeConnector(new NodeId("caller"), TestConfigs.sharedMemory(8)))) {
            HostPort address = HostPort.parse(output.readLine());
            ExpertExchange exchange = connector.expertExchange(Wire.WORKER, address);
            Path folder = RingsOf.folder(address);
            PendingCombine sent = exchange.dispatch(TestRows.of(1, 4, 2, 1), Deadline.after(PATIENCE));
            assertThat(output.readLine()).isEqualTo("stuck");
            // 4 MiB into a ring of 64 KiB that nobody reads
            Watched rows = new Watched(TestRows.of(256, 4096, 2, 1), new CountDownLatch(1));
            CompletableFuture<PendingCombine> sending =
                    CompletableFuture.supplyAsync(() -> exchange.dispatch(rows, Deadline.after(PATIENCE)));
            // it throws, or has an answer that has failed, whichever thread notices first
            CompletableFuture<ErrorCode> ended = sending.thenAccept(
                            answer -> answer.await(Deadline.after(SOON)).close())
                    .handle((done, error) -> code(error));
            assertThat(rows.halfOfTheRing().await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(sending).isNotDone();
            worker.destroyForcibly();
            assertThatThrownBy(() -> sent.await(Deadline.after(SOON)))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.WORKER_LOST));
            assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo(ErrorCode.WORKER_LOST);
            assertThat(worker.waitFor(10, TimeUnit.SECONDS)).isTrue();
            try (GrpcWire next = new GrpcWire(TestConfigs.sharedMemory(8))) {
                next.startWorker(NodeServices.of(new HeldExperts()));
                assertThat(folder).doesNotExist();
            }
        } finally {
            worker.destroyForcibly();
        }
    }

    private static ErrorCode code(Throwable error) {
        return error != null && error.getCause() instanceof ServingException known ? known.code() : ErrorCode.INTERNAL;
    }

    @Test
    void aKilledCallerLeavesNothingBehind() throws Exception {
        HeldExperts experts = new HeldExperts();
        try (GrpcWire wire = new GrpcWire(TestConfigs.sharedMemory(8))) {
            wire.startWorker(NodeServices.of(experts));
            Path folder = RingsOf.folder(wire.address());
            Process caller = JavaProcess.start(HalfCaller.class, wire.address().toString());
            try (BufferedReader output = caller.inputReader()) {
                assertThat(output.readLine()).isEqualTo("half a frame is sent");
                await().untilAsserted(() -> assertThat(wire.bytesHeld()).isPositive());
                assertThat(folder.toFile().list()).containsExactlyInAnyOrder("bell", "lock");
                caller.destroyForcibly();
                await().untilAsserted(() -> assertThat(wire.bytesHeld()).isZero());
                assertThat(experts.isEmpty()).isTrue();
            } finally {
                caller.destroyForcibly();
            }
            try (NodeConnector another = SharedMemoryWire.sharing(
                            new GrpcNodeConnector(new NodeId("another"), TestConfigs.sharedMemory(8)));
                    ExpertExchange exchange = another.expertExchange(Wire.WORKER, wire.address())) {
                PendingCombine answer = exchange.dispatch(TestRows.of(1, 4, 2, 1), Deadline.after(PATIENCE));
                experts.next().answer();
                answer.await(Deadline.after(PATIENCE)).close();
            }
            wire.stopWorker();
            assertThat(folder).doesNotExist();
        }
    }

    /// Says when the ring is half full.
    private record Watched(TestRows rows, CountDownLatch halfOfTheRing) implements ExpertRows {
        @Override
        public int sourceRow(int row) {
            if (row == 2) {
                halfOfTheRing.countDown();
            }
            return rows.sourceRow(row);
        }

        @Override
        public long planEpoch() {
            return rows.planEpoch();
        }

        @Override
        public int layerIndex() {
            return rows.layerIndex();
        }

        @Override
        public int rowCount() {
            return rows.rowCount();
        }

        @Override
        public int hiddenSize() {
            return rows.hiddenSize();
        }

        @Override
        public int topK() {
            return rows.topK();
        }

        @Override
        public MemorySegment hidden() {
            return rows.hidden();
        }

        @Override
        public int expertId(int row, int slot) {
            return rows.expertId(row, slot);
        }

        @Override
        public float weight(int row, int slot) {
            return rows.weight(row, slot);
        }
    }
}
