package io.thunderhead.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.stage.StageService;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StageEngineTest {
    private static final long SECONDS_MAX = 30;

    private final StageEngine engine = new StageEngine("a0", 4);

    @BeforeEach
    void start() {
        engine.start();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void refusesStepsWhileItHoldsNothing() throws Exception {
        assertThat(refusal(engine)).isEqualTo(ErrorCode.STALE_PLAN);
    }

    @Test
    void runsTheNextStepWhenAnOutcomeCannotBeDelivered() throws Exception {
        StageService.Session broken = engine.open(new Coordinator() {
            @Override
            public void outcome(StepOutcome outcome) {
                super.outcome(outcome);
                throw new IllegalStateException("the stream is over");
            }
        });
        broken.command(step(1));

        assertThat(refusal(engine)).isEqualTo(ErrorCode.STALE_PLAN);
    }

    /// A coordinator that comes back may be heard before the end of its old connection is, or in the same moment.
    @Test
    void servesASessionThatIsOpenedWhileTheOneBeforeEnds() throws Exception {
        for (int round = 0; round < 3000; round++) {
            StageService.Session old = engine.open(new Coordinator());
            CyclicBarrier together = new CyclicBarrier(2);
            Thread ending = Thread.ofPlatform().start(() -> {
                await(together);
                old.closed(new ServingException(ErrorCode.WORKER_LOST, "gone"));
            });
            Coordinator coordinator = new Coordinator();
            await(together);
            StageService.Session next = engine.open(coordinator);
            ending.join();
            next.command(step(round));
            assertThat(coordinator.outcome.get(SECONDS_MAX, TimeUnit.SECONDS).stepId())
                    .isEqualTo(round);
        }
    }

    private static ErrorCode refusal(StageEngine engine) throws Exception {
        Coordinator coordinator = new Coordinator();
        engine.open(coordinator).command(step(7));
        StepOutcome outcome = coordinator.outcome.get(SECONDS_MAX, TimeUnit.SECONDS);
        return ((StepOutcome.Failed) outcome).error().code();
    }

    private static StepCommand step(long stepId) {
        return new StepCommand(stepId, 1, Duration.ofSeconds(SECONDS_MAX), List.of(), List.of());
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static class Coordinator implements StageControl.Listener {
        private final CompletableFuture<StepOutcome> outcome = new CompletableFuture<>();

        @Override
        public void outcome(StepOutcome ended) {
            outcome.complete(ended);
        }

        @Override
        public void lost(ServingException error) {
            outcome.completeExceptionally(error);
        }
    }
}
