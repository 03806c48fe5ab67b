package io.thunderhead.transport.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TestConfigs;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.Wire;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every wire of [StageControl] and [HiddenLink] must do.
public abstract class StageContract {
    private static final int LIMIT = 4;

    private final RecordingStage stage = new RecordingStage();
    private final RecordingCoordinator coordinator = new RecordingCoordinator();
    private Wire wire;

    protected abstract Wire wire(TransportConfig config);

    @BeforeEach
    void start() {
        wire = wire(TestConfigs.of(LIMIT));
        wire.startWorker(NodeServices.of(stage));
    }

    @AfterEach
    void closesWithoutLeak() {
        await().untilAsserted(() -> assertThat(wire.bytesHeld()).isZero());
        wire.close();
    }

    private StageControl control() {
        return wire.connector().stageControl(Wire.WORKER, wire.address(), coordinator);
    }

    private HiddenLink link() {
        return wire.connector().hiddenLink(Wire.WORKER, wire.address());
    }

    private static Deadline later() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    private static StepCommand step(long id) {
        return new StepCommand(id, 1, Duration.ofSeconds(1), List.of(), List.of());
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServingException.class,
                        error -> assertThat(error.code()).as(error.toString()).isEqualTo(code));
    }

    private static MemorySegment rows(int rowCount, int hiddenSize) {
        float[] values = new float[rowCount * hiddenSize];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.37f - 5;
        }
        return MemorySegment.ofArray(values);
    }

    @Test
    void bringsACommandWithAllItSays() throws InterruptedException {
        SamplingParams sample =
                new SamplingParams(0.7f, 0.9f, 40, 0.05f, 0.5f, -0.5f, 1.1f, Map.of(3, 2.5f, 199_999, -100f), -77, 5);
        StepItem chunk = new StepItem(Long.MAX_VALUE, 256, TokenIds.of(0, 5, 200_063), false, 300, null, 2, 17);
        StepItem decode = new StepItem(2, 4_000_000, TokenIds.of(9), true, 12, sample, -1, -1);
        StepCommand command = new StepCommand(11, 4, Duration.ofMillis(1500), List.of(chunk, decode), List.of(3L, 4L));
        control().submit(command);
        assertThat(stage.nextCommand()).isEqualTo(command);
    }

    @Test
    void bringsAnOutcomeWithAllItSays() throws InterruptedException {
        control().submit(step(5));
        stage.nextCommand();
        TokenLogprobs chosen = new TokenLogprobs(
                7,
                -0.5f,
                2,
                List.of(new TokenLogprobs.Alternative(8, -0.25f), new TokenLogprobs.Alternative(7, -0.5f)));
        TokenLogprobs prompt = new TokenLogprobs(1, -3f, 900, List.of());
        StepOutcome done = new StepOutcome.Done(
                5,
                List.of(
                        new StepOutcome.ItemResult(1, 7, chosen, List.of()),
                        new StepOutcome.ItemResult(2, -1, null, List.of(prompt, prompt))),
                new StepTimings(6, 5, 4, 3, 2, 1));
        stage.coordinator().outcome(done);
        assertThat(coordinator.nextOutcome()).isEqualTo(done);
    }

    @Test
    void keepsTheOrderOfCommands() throws InterruptedException {
        StageControl control = control();
        for (long id = 1; id <= 5 * LIMIT; id++) {
            control.submit(step(id));
            assertThat(stage.nextCommand().stepId()).isEqualTo(id);
            stage.coordinator().outcome(new StepOutcome.Done(id, List.of(), StepTimings.ZERO));
            assertThat(coordinator.nextOutcome().stepId()).isEqualTo(id);
        }
    }

    @Test
    void refusesStepsPastTheLimit() throws InterruptedException {
        StageControl control = control();
        for (long id = 1; id <= LIMIT; id++) {
            control.submit(step(id));
            stage.nextCommand();
        }
        assertCode(ErrorCode.QUEUE_FULL, () -> control.submit(step(99)));
        stage.coordinator().outcome(new StepOutcome.Done(1, List.of(), StepTimings.ZERO));
        coordinator.nextOutcome();
        control.submit(step(100));
        assertThat(stage.nextCommand().stepId()).isEqualTo(100);
    }

    @Test
    void reportsEveryCodeOfAFailedStep() throws InterruptedException {
        StageControl control = control();
        for (ErrorCode code : ErrorCode.values()) {
            control.submit(step(code.name().hashCode()));
            long id = stage.nextCommand().stepId();
            stage.coordinator().outcome(new StepOutcome.Failed(id, new ServingException(code, "because")));
            assertThat(coordinator.nextOutcome()).isInstanceOfSatisfying(StepOutcome.Failed.class, failed -> {
                assertThat(failed.error().code()).isEqualTo(code);
                assertThat(failed.error()).hasMessage("because");
            });
        }
    }

    @Test
    void turnsAThrowingStageIntoAFailedStep() throws InterruptedException {
        stage.throwOnNext(new ServingException(ErrorCode.STALE_PLAN, "epoch 1 is over"));
        control().submit(step(3));
        assertThat(coordinator.nextOutcome())
                .isInstanceOfSatisfying(
                        StepOutcome.Failed.class,
                        failed -> assertThat(failed.error().code()).isEqualTo(ErrorCode.STALE_PLAN));
    }

    @Test
    void tellsBothEndsWhenTheLineIsLost() throws InterruptedException {
        StageControl control = control();
        control.submit(step(1));
        stage.nextCommand();
        wire.stopWorker();
        assertThat(coordinator.nextLoss().code()).isEqualTo(ErrorCode.WORKER_LOST);
        assertCode(ErrorCode.WORKER_LOST, () -> control.submit(step(2)));
    }

    @Test
    void tellsTheStageWhenTheCoordinatorCloses() throws InterruptedException {
        StageControl control = control();
        control.submit(step(1));
        stage.nextCommand();
        control.close();
        stage.awaitClosed();
        assertThat(coordinator.isLost()).isFalse();
    }

    @Test
    void tellsACoordinatorThatItWasReplaced() throws InterruptedException {
        StageControl control = control();
        control.submit(step(1));
        stage.nextCommand();
        stage.coordinator().lost(new ServingException(ErrorCode.SHUTTING_DOWN, "another coordinator has connected"));
        assertThat(coordinator.nextLoss()).hasMessageContaining("another coordinator");
    }

    @Test
    void losesALineToNobody() throws InterruptedException {
        wire.stopWorker();
        control();
        assertThat(coordinator.nextLoss().code()).isEqualTo(ErrorCode.WORKER_LOST);
    }

    @Test
    void bringsHiddenRowsInOrder() throws InterruptedException {
        HiddenLink link = link();
        int[][] shapes = {{1, 1}, {3, 7}, {257, 64}, {256, 6144}, {1, 6144}};
        for (int i = 0; i < shapes.length; i++) {
            MemorySegment rows = rows(shapes[i][0], shapes[i][1]);
            link.send(new HiddenHeader(2, i, shapes[i][0], shapes[i][1]), rows, later());
            RecordingStage.Block block = stage.nextBlock();
            assertThat(block.header()).isEqualTo(new HiddenHeader(2, i, shapes[i][0], shapes[i][1]));
            assertThat(MemorySegment.ofArray(block.rows()).mismatch(rows)).isEqualTo(-1);
        }
    }

    @Test
    void sendsManyHiddenBlocksWithoutWaitingForEach() throws InterruptedException {
        HiddenLink link = link();
        for (int i = 0; i < 10 * LIMIT; i++) {
            link.send(new HiddenHeader(2, i, 3, 64), rows(3, 64), later());
        }
        for (int i = 0; i < 10 * LIMIT; i++) {
            assertThat(stage.nextBlock().header().stepId()).isEqualTo(i);
        }
    }

    @Test
    void reportsRefusedHiddenRowsWithThisSendOrALaterOne() {
        HiddenLink link = link();
        stage.refuseBlocks(new ServingException(ErrorCode.QUEUE_FULL, "no room for step 1"));
        await().untilAsserted(() ->
                assertCode(ErrorCode.QUEUE_FULL, () -> link.send(new HiddenHeader(2, 1, 3, 64), rows(3, 64), later())));
    }

    @Test
    void failsHiddenRowsAtOnceWhileTheStageIsGoneAndWorksAgainWhenItIsBack() throws InterruptedException {
        HiddenLink link = link();
        link.send(new HiddenHeader(2, 1, 1, 4), rows(1, 4), later());
        stage.nextBlock();
        wire.stopWorker();
        await().untilAsserted(() ->
                assertCode(ErrorCode.WORKER_LOST, () -> link.send(new HiddenHeader(2, 2, 1, 4), rows(1, 4), later())));
        wire.startWorker(NodeServices.of(stage));
        await().ignoreExceptionsInstanceOf(ServingException.class).untilAsserted(() -> {
            link.send(new HiddenHeader(2, 3, 1, 4), rows(1, 4), later());
            assertThat(stage.nextBlock().header().stepId()).isEqualTo(3);
        });
    }

    @Test
    void refusesHiddenRowsAfterClose() {
        HiddenLink link = link();
        link.close();
        assertCode(ErrorCode.SHUTTING_DOWN, () -> link.send(new HiddenHeader(2, 2, 1, 4), rows(1, 4), later()));
    }
}
