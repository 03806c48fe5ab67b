package io.thunderhead.transport.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What every wire of [ExpertExchange] must do.
public abstract class ExpertExchangeContract {
    private static final Deadline SOON = new Deadline(System.nanoTime());
    private static final int LIMIT = 8;

    private final HeldExperts experts = new HeldExperts();
    private Wire wire;
    private ExpertExchange exchange;

    protected abstract Wire wire(TransportConfig config);

    @BeforeEach
    void connect() {
        wire = wire(TestConfigs.of(LIMIT));
        wire.startWorker(NodeServices.of(experts));
        exchange = wire.connector().expertExchange(Wire.WORKER, wire.address());
    }

    @AfterEach
    void closesWithoutLeak() {
        await().untilAsserted(() -> assertThat(wire.bytesHeld()).isZero());
        wire.close();
    }

    private static Deadline later() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServingException.class,
                        error -> assertThat(error.code()).as(error.toString()).isEqualTo(code));
    }

    private static void assertAnswer(PendingCombine pending, TestRows sent) {
        try (CombinedRows rows = pending.await(later())) {
            assertThat(rows.hidden().toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(sent.expected());
            assertThat(rows.rowsPerToken()).isEqualTo(CombinedRows.rowsPerToken(sent.topK()));
            assertThat(rows.computeNanos()).isEqualTo(42);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1",
        "1,1,2",
        "1,7,3",
        "3,1,2",
        "3,7,1",
        "3,7,2",
        "3,64,3",
        "257,1,2",
        "257,7,1",
        "257,64,2",
        "257,64,3",
        "1,6144,1",
        "1,6144,2",
        "3,6144,3",
        "257,6144,2"
    })
    void bringsRowsThereAndBackToTheBit(int rowCount, int hiddenSize, int topK) throws InterruptedException {
        TestRows rows = TestRows.of(rowCount, hiddenSize, topK, rowCount);
        PendingCombine pending = exchange.dispatch(rows, later());
        HeldExperts.Held held = experts.next();
        assertThat(held.rows().planEpoch()).isEqualTo(7);
        assertThat(held.rows().layerIndex()).isEqualTo(3);
        held.answer();
        assertAnswer(pending, rows);
    }

    @Test
    void answersInAnyOrder() throws InterruptedException {
        List<TestRows> sent = new ArrayList<>();
        List<PendingCombine> pending = new ArrayList<>();
        List<HeldExperts.Held> held = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            sent.add(TestRows.of(1 + i, 16, 2, i));
            pending.add(exchange.dispatch(sent.get(i), later()));
            held.add(experts.next());
        }
        Collections.reverse(held);
        held.forEach(HeldExperts.Held::answer);
        for (int i = 0; i < LIMIT; i++) {
            assertAnswer(pending.get(i), sent.get(i));
        }
    }

    @Test
    void carriesMoreThanTheLimitOneAfterTheOther() throws InterruptedException {
        carryMoreThanTheLimit();
    }

    private void carryMoreThanTheLimit() throws InterruptedException {
        for (int i = 0; i < 10 * LIMIT; i++) {
            TestRows rows = TestRows.of(2, 8, 2, i);
            PendingCombine pending = exchange.dispatch(rows, later());
            experts.next().answer();
            assertAnswer(pending, rows);
        }
    }

    @Test
    void waitsForRoomOnlyUntilTheDeadline() throws InterruptedException {
        List<PendingCombine> pending = new ArrayList<>();
        TestRows rows = TestRows.of(1, 4, 2, 1);
        for (int i = 0; i < LIMIT; i++) {
            pending.add(exchange.dispatch(rows, later()));
        }
        assertCode(ErrorCode.DEADLINE_EXCEEDED, () -> exchange.dispatch(rows, Deadline.after(Duration.ofMillis(30))));
        for (PendingCombine each : pending) {
            experts.next().answer();
            assertAnswer(each, rows);
        }
        PendingCombine after = exchange.dispatch(rows, later());
        experts.next().answer();
        assertAnswer(after, rows);
    }

    @Test
    void dropsAnAnswerThatComesAfterTheDeadline() throws InterruptedException {
        PendingCombine pending = exchange.dispatch(TestRows.of(3, 4, 2, 1), later());
        HeldExperts.Held held = experts.next();
        assertCode(ErrorCode.DEADLINE_EXCEEDED, () -> pending.await(SOON));
        held.answer();
        carryMoreThanTheLimit();
    }

    @Test
    void freesAnAnswerThatWasGivenUp() throws InterruptedException {
        for (int i = 0; i < 3 * LIMIT; i++) {
            PendingCombine pending = exchange.dispatch(TestRows.of(3, 4, 2, 1), later());
            HeldExperts.Held held = experts.next();
            if (i % 2 == 0) {
                pending.abandon();
                held.answer();
            } else {
                held.answer();
                pending.abandon();
            }
        }
    }

    @Test
    void tellsTheWorkerTheDeadline() throws InterruptedException {
        PendingCombine pending = exchange.dispatch(TestRows.of(1, 4, 2, 1), Deadline.after(Duration.ofSeconds(9)));
        HeldExperts.Held held = experts.next();
        assertThat(held.deadline().remainingMillis()).isBetween(1L, 9000L);
        held.answer();
        pending.abandon();
    }

    @Test
    void reportsWhatTheServiceAnswered() throws InterruptedException {
        for (ErrorCode code : ErrorCode.values()) {
            PendingCombine pending = exchange.dispatch(TestRows.of(1, 4, 2, 1), later());
            experts.next().reply().fail(new ServingException(code, "said by the worker: " + code + " ü"));
            assertThatThrownBy(() -> pending.await(later()))
                    .hasMessageContaining("said by the worker: " + code + " ü")
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()).isEqualTo(code));
        }
    }

    @Test
    void refusesASecondAnswer() throws InterruptedException {
        PendingCombine pending = exchange.dispatch(TestRows.of(1, 4, 2, 1), later());
        HeldExperts.Held held = experts.next();
        held.answer();
        assertThatThrownBy(() -> held.reply().send(1)).isInstanceOf(IllegalStateException.class);
        pending.abandon();
    }

    @Test
    void failsWhatIsUnderWayWhenTheWorkerIsLost() throws InterruptedException {
        List<PendingCombine> pending = new ArrayList<>();
        List<HeldExperts.Held> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pending.add(exchange.dispatch(TestRows.of(2, 4, 2, 1), later()));
            held.add(experts.next());
        }
        wire.stopWorker();
        for (PendingCombine each : pending) {
            assertCode(ErrorCode.WORKER_LOST, () -> each.await(later()));
        }
        held.forEach(HeldExperts.Held::answer);
    }

    @Test
    void failsAtOnceWhileTheWorkerIsGoneAndWorksAgainWhenItIsBack() throws InterruptedException {
        carryMoreThanTheLimit();
        wire.stopWorker();
        TestRows rows = TestRows.of(2, 4, 2, 1);
        for (int i = 0; i < 3 * LIMIT; i++) {
            assertCode(
                    ErrorCode.WORKER_LOST,
                    () -> exchange.dispatch(rows, later()).await(later()));
        }
        wire.startWorker(NodeServices.of(experts));
        await().ignoreExceptionsInstanceOf(ServingException.class).untilAsserted(() -> {
            PendingCombine pending = exchange.dispatch(rows, later());
            experts.next().answer();
            assertAnswer(pending, rows);
        });
    }

    @Test
    void closeFailsWhatIsUnderWay() throws InterruptedException {
        PendingCombine pending = exchange.dispatch(TestRows.of(2, 4, 2, 1), later());
        HeldExperts.Held held = experts.next();
        exchange.close();
        assertCode(ErrorCode.SHUTTING_DOWN, () -> pending.await(later()));
        assertCode(ErrorCode.SHUTTING_DOWN, () -> exchange.dispatch(TestRows.of(2, 4, 2, 1), later()));
        held.answer();
    }

    @Test
    void saysThatTheNodeHoldsNoExperts() {
        wire.stopWorker();
        wire.startWorker(new NodeServices(java.util.Optional.empty(), java.util.Optional.empty()));
        await().untilAsserted(() -> assertCode(
                ErrorCode.PROTOCOL_VIOLATION,
                () -> exchange.dispatch(TestRows.of(1, 4, 2, 1), later()).await(later())));
    }
}
