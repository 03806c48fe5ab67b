package io.thunderhead.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.stage.StageService;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StageEngineTest {
    private static final long SECONDS_MAX = 30;
    private static final int ROUNDS = 10_000;

    private final StageEngine engine = new StageEngine("a0", 4, new NodeMetrics("a0"));

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
        Coordinator broken = new Coordinator() {
            @Override
            public void outcome(StepOutcome outcome) {
                super.outcome(outcome);
                throw new IllegalStateException("the stream is over");
            }
        };
        engine.open(broken).command(step(1));
        broken.outcome.get(SECONDS_MAX, TimeUnit.SECONDS);

        assertThat(refusal(engine)).isEqualTo(ErrorCode.STALE_PLAN);
    }

    /// A coordinator that comes back may be heard in the very moment in which the end of its old connection is.
    @Test
    void servesASessionThatIsOpenedWhileTheOneBeforeEnds() throws Exception {
        AtomicReference<StageService.@Nullable Session> ending = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread ends = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                StageService.Session session = ending.getAndSet(null);
                if (session != null) {
                    session.closed(new ServingException(ErrorCode.WORKER_LOST, "gone"));
                }
            }
        });
        try {
            StageService.Session session = engine.open(new Coordinator());
            for (int round = 0; round < ROUNDS; round++) {
                Coordinator coordinator = new Coordinator();
                ending.set(session);
                session = engine.open(coordinator);
                session.command(step(round));
                assertThat(coordinator
                                .outcome
                                .get(SECONDS_MAX, TimeUnit.SECONDS)
                                .stepId())
                        .isEqualTo(round);
            }
        } finally {
            over.set(true);
            ends.join();
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
