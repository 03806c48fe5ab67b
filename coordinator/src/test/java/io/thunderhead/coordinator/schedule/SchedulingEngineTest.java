package io.thunderhead.coordinator.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.coordinator.engine.Engine.Generation;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.testing.FakeCluster;
import io.thunderhead.coordinator.testing.FakeStages;
import io.thunderhead.coordinator.testing.FakeTicker;
import io.thunderhead.coordinator.testing.RecordingSink;
import io.thunderhead.coordinator.testing.ToyModel;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.model.tokenizer.TokenIds;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchedulingEngineTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeTicker ticker = new FakeTicker();
    private final FakeCluster cluster = new FakeCluster();
    private final FakeStages stages = new FakeStages(SchedulerConfig.DEFAULTS.maxBatchTokens());
    private final SchedulingEngine engine = new SchedulingEngine(
            FakeCluster.COORDINATOR,
            SchedulerConfig.DEFAULTS,
            ToyModel.config(1000),
            stages,
            cluster,
            new NodeMetrics("test"),
            ticker);
    private final RecordingSink sink = new RecordingSink();

    private void ready(int stageCount) throws InterruptedException {
        Plan plan = FakeCluster.plan(1, stageCount, 4, 10);
        stages.planned(plan);
        cluster.ready(plan);
        engine.listen();
        step();
    }

    private void step() throws InterruptedException {
        engine.step(Duration.ZERO);
    }

    /// Lets the stages run and answer all they have, once.
    private void round(@Nullable ServingException error) throws InterruptedException {
        step();
        stages.open().stream().filter(FakeStages.Line::canRun).forEach(line -> line.run(error));
        stages.talking().forEach(FakeStages.Line::deliver);
        step();
    }

    private void roundsUntilOver(RecordingSink sink) throws InterruptedException {
        for (int round = 0; round < 100 && !sink.over(); round++) {
            round(null);
            ticker.advance(Duration.ofMillis(200));
        }
    }

    private GenerationRequest request(int promptTokens, int maxTokens) {
        return new GenerationRequest(
                "r",
                "a",
                TokenIds.of(new int[promptTokens]),
                SamplingParams.GREEDY,
                maxTokens,
                Set.of(),
                -1,
                new Deadline(ticker.getAsLong() + Duration.ofMinutes(1).toNanos()));
    }

    private Generation submit(int promptTokens, int maxTokens) {
        return engine.submit(request(promptTokens, maxTokens), sink);
    }

    private static ErrorCode codeOf(RecordingSink sink) {
        ServingException error = sink.error();
        if (error == null) {
            throw new AssertionError("it did not fail: " + sink.reason());
        }
        return error.code();
    }

    @Test
    void deliversTheTokensThatTheModelGivesAlone() throws InterruptedException {
        ready(2);
        submit(600, 5);
        roundsUntilOver(sink);
        assertThat(sink.tokens()).isEqualTo(ToyModel.answer(request(600, 5), 1000));
        assertThat(sink.reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void countsWhatItDid() throws InterruptedException {
        ready(1);
        submit(600, 5);
        roundsUntilOver(sink);
        EngineStats stats = engine.stats();
        assertThat(stats.promptTokens()).isEqualTo(600);
        assertThat(stats.completionTokens()).isEqualTo(5);
        assertThat(stats.computedTokens()).isEqualTo(604);
        assertThat(stats.firstTokens()).isEqualTo(1);
        assertThat(stats.ttftNanos()).isEqualTo(Duration.ofMillis(200).toNanos());
    }

    @Test
    void severalStepsAreInFlightOverSeveralStages() throws InterruptedException {
        ready(2);
        submit(1000, 0);
        step();
        assertThat(engine.stats().stepsInFlight()).isEqualTo(2);
    }

    @Test
    void cancelledSequenceIsReleasedWithTheNextCommand() throws InterruptedException {
        ready(1);
        Generation generation = submit(10, 50);
        round(null);
        round(null);
        assertThat(stages.sequenceCount()).isOne();
        generation.cancel();
        round(null);
        assertThat(sink.reason()).isEqualTo(FinishReason.CANCELLED);
        round(null);
        assertThat(stages.sequenceCount()).isZero();
    }

    @Test
    void lostStepIsReplayedWithTheSameTokens() throws InterruptedException {
        ready(1);
        submit(300, 6);
        round(null);
        round(null);
        round(new ServingException(ErrorCode.WORKER_LOST, "expert-0 is gone"));
        roundsUntilOver(sink);
        assertThat(sink.tokens()).isEqualTo(ToyModel.answer(request(300, 6), 1000));
        assertThat(engine.stats().replays()).isOne();
    }

    @Test
    void faultOfOursIsReplayedOnce() throws InterruptedException {
        ready(1);
        submit(300, 6);
        ServingException fault = new ServingException(ErrorCode.INTERNAL, "broken");
        round(fault);
        assertThat(sink.over()).isFalse();
        round(fault);
        assertThat(codeOf(sink)).isEqualTo(ErrorCode.INTERNAL);
    }

    @Test
    void givesUpAfterTheAllowedReplays() throws InterruptedException {
        ready(1);
        submit(300, 6);
        for (int loss = 0; loss <= SchedulerConfig.DEFAULTS.replaysMax(); loss++) {
            assertThat(sink.over()).isFalse();
            round(new ServingException(ErrorCode.WORKER_LOST, "expert-0 is gone"));
            ticker.advance(Duration.ofSeconds(3));
        }
        assertThat(codeOf(sink)).isEqualTo(ErrorCode.WORKER_LOST);
    }

    @Test
    void pausesAfterALossSoThatReplaysAreNotBurnt() throws InterruptedException {
        ready(1);
        submit(300, 6);
        round(new ServingException(ErrorCode.WORKER_LOST, "expert-0 is gone"));
        step();
        assertThat(engine.stats().stepsInFlight()).isZero();
        ticker.advance(SchedulerConfig.DEFAULTS.replayPause());
        step();
        assertThat(engine.stats().stepsInFlight()).isOne();
    }

    @Test
    void silentStageIsGivenUpAtTheStepsDeadline() throws InterruptedException {
        ready(1);
        submit(300, 6);
        step();
        stages.open().getFirst().hang();
        ticker.advance(SchedulerConfig.DEFAULTS.stepTimeout().plus(StepLedger.ANSWER_MARGIN));
        step();
        assertThat(stages.open()).isEmpty();
        assertThat(engine.stats().replays()).isOne();
    }

    @Test
    void lateLossOfAClosedLineDoesNotTouchTheNewOne() throws InterruptedException {
        ready(1);
        submit(300, 6);
        step();
        FakeStages.Line old = stages.open().getFirst();
        old.breakDown();
        step();
        ticker.advance(SECOND);
        step();
        old.loseLate();
        step();
        assertThat(engine.stats().replays()).isOne();
        assertThat(stages.open()).hasSize(1).doesNotContain(old);
    }

    @Test
    void noStepRunsWhileAnExpertWorkerIsMissing() throws InterruptedException {
        ready(1);
        cluster.leave(FakeCluster.EXPERT);
        cluster.tell();
        submit(10, 3);
        step();
        assertThat(engine.stats().steps()).isZero();
        cluster.ready(FakeCluster.plan(1, 1, 4, 10));
        roundsUntilOver(sink);
        assertThat(sink.reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void newRequestFailsNamingWhatIsMissing() throws InterruptedException {
        ready(1);
        cluster.leave(FakeCluster.EXPERT);
        cluster.tell();
        step();
        submit(10, 3);
        ticker.advance(SchedulerConfig.DEFAULTS.notReadyQueueTime());
        step();
        assertThat(sink.over()).isFalse();
        ticker.advance(SECOND);
        step();
        assertThat(codeOf(sink)).isEqualTo(ErrorCode.NOT_READY);
        assertThat(sink.error()).hasMessageContaining("expert-0 is not there");
    }

    @Test
    void startedRequestWaitsForWorkersUntilItsDeadline() throws InterruptedException {
        ready(1);
        submit(10, 30);
        round(null);
        cluster.leave(FakeCluster.stage(0));
        cluster.tell();
        ticker.advance(Duration.ofSeconds(50));
        step();
        assertThat(sink.over()).isFalse();
        ticker.advance(Duration.ofSeconds(11));
        step();
        assertThat(codeOf(sink)).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    }

    @Test
    void withoutAPlanRequestsAreRefusedAtOnce() {
        engine.listen();
        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(() -> submit(10, 3))
                .satisfies(error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_READY));
    }

    @Test
    void coordinatorThatDoesNotLeadRunsNothing() throws InterruptedException {
        cluster.led(new NodeId("coordinator-9"));
        ready(1);
        submit(10, 3);
        step();
        assertThat(stages.open()).isEmpty();
        ticker.advance(Duration.ofSeconds(11));
        step();
        assertThat(sink.error()).hasMessageContaining("coordinator-9 leads");
    }

    @Test
    void sinkThatThrowsOnlyLosesItsOwnRequest() throws InterruptedException {
        ready(1);
        submit(10, 3);
        engine.submit(request(10, 3), new ThrowingSink());
        roundsUntilOver(sink);
        round(null);
        assertThat(sink.tokens()).hasSize(3);
        assertThat(engine.stats().running()).isZero();
    }

    private static final class ThrowingSink implements TokenSink {
        @Override
        public void promptScored(List<TokenLogprobs> scores) {}

        @Override
        public void token(int tokenId, @Nullable TokenLogprobs logprobs) {
            throw new IllegalStateException("the client's stream is broken");
        }

        @Override
        public void ended(FinishReason reason, Usage usage) {}

        @Override
        public void failed(ServingException error) {}
    }

    @Test
    void brokenInvariantFailsWhatIsUnderWayAndTheEngineGoesOn() throws InterruptedException {
        ready(1);
        stages.breakInvariants(true);
        submit(10, 3);
        engine.turn();
        assertThat(codeOf(sink)).isEqualTo(ErrorCode.INTERNAL);
        stages.breakInvariants(false);
        RecordingSink next = new RecordingSink();
        engine.submit(request(10, 3), next);
        roundsUntilOver(next);
        assertThat(next.reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void shutdownLetsRunningRequestsFinishAndFailsWaitingOnes() throws InterruptedException {
        ready(1);
        submit(10, 3);
        round(null);
        RecordingSink late = new RecordingSink();
        engine.submit(request(10, 3), late);
        engine.beginShutDown();
        step();
        assertThat(codeOf(late)).isEqualTo(ErrorCode.SHUTTING_DOWN);
        roundsUntilOver(sink);
        assertThat(sink.reason()).isEqualTo(FinishReason.LENGTH);
        assertThat(engine.finished()).isTrue();
    }

    @Test
    void shutdownFailsWhatOutlivesTheGrace() throws InterruptedException {
        ready(1);
        submit(10, 300);
        round(null);
        engine.beginShutDown();
        ticker.advance(SchedulerConfig.DEFAULTS.shutdownGrace());
        step();
        assertThat(codeOf(sink)).isEqualTo(ErrorCode.SHUTTING_DOWN);
        assertThat(engine.finished()).isTrue();
    }

    @Test
    void contextIsThatOfThePoolWhenThatIsSmaller() throws InterruptedException {
        assertThat(engine.contextMax()).isEqualTo(1000);
        Plan small = FakeCluster.plan(1, 1, 4, 2);
        stages.planned(small);
        cluster.ready(small);
        engine.listen();
        assertThat(engine.contextMax()).isEqualTo(512);
    }

    @Test
    void engineThreadEndsWhenClosed() {
        engine.start();
        engine.close();
        assertThat(engine.finished()).isTrue();
        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(() -> submit(10, 3))
                .satisfies(error -> assertThat(error.code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
    }
}
