package io.thunderhead.coordinator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.coordinator.engine.Engine.Generation;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
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
import io.thunderhead.model.tokenizer.TokenIds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One seeded run: requests come, are cancelled and expire while stages run, fail, hang and vanish and plans change;
/// then everything is healed, and every request must have ended as it should.
final class SimulatedRun {
    private static final int CONTEXT_MAX = 1200;
    private static final int ACTIONS = 250;
    private static final int HEALED_ACTIONS_MAX = 200_000;
    private static final int SETTLING_ACTIONS_MAX = 10_000;
    private static final Duration FOREVER = Duration.ofHours(10);

    /// Codes that a request may fail with when something was made to fail.
    private static final Set<ErrorCode> EXCUSED = EnumSet.of(
            ErrorCode.WORKER_LOST,
            ErrorCode.STALE_PLAN,
            ErrorCode.DEADLINE_EXCEEDED,
            ErrorCode.NOT_READY,
            ErrorCode.INTERNAL,
            ErrorCode.KV_POOL_FULL);

    private final Random random;
    /// Nothing fails.
    private final boolean calm;
    /// Nobody cancels and no deadline is short: whatever fails is replayed, and each request must get all its tokens.
    private final boolean patient;
    private final FakeTicker ticker = new FakeTicker();
    private final FakeCluster cluster = new FakeCluster();
    private final SchedulerConfig config;
    private final FakeStages stages;
    private final SchedulingEngine engine;
    private final List<Running> requests = new ArrayList<>();
    private Plan plan;
    private boolean healed;

    private record Running(GenerationRequest request, RecordingSink sink, Generation generation, int contextMax) {}

    SimulatedRun(long seed) {
        random = new Random(seed);
        calm = random.nextInt(4) == 0;
        patient = random.nextBoolean();
        config = new SchedulerConfig(
                257 + random.nextInt(600),
                random.nextInt(4),
                1 + random.nextInt(8),
                30,
                20,
                CONTEXT_MAX,
                1_000_000,
                patient ? 1_000_000 : 8,
                Duration.ofMillis(20),
                Duration.ofSeconds(5),
                patient ? FOREVER : Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30));
        stages = new FakeStages(config.maxBatchTokens());
        engine = new SchedulingEngine(
                FakeCluster.COORDINATOR,
                config,
                ToyModel.config(CONTEXT_MAX),
                stages,
                cluster,
                new NodeMetrics("test"),
                ticker);
        plan = newPlan(1);
        cluster.ready(plan);
        engine.listen();
    }

    private Plan newPlan(long epoch) {
        int pages = patient || random.nextBoolean() ? 3 + random.nextInt(6) : 2 + random.nextInt(4);
        Plan made = FakeCluster.plan(epoch, 1 + random.nextInt(3), 1 + random.nextInt(6), pages);
        stages.planned(made);
        return made;
    }

    /// Returns what the engine counted.
    EngineStats run() throws InterruptedException {
        for (int action = 0; action < ACTIONS; action++) {
            act();
        }
        heal();
        for (int action = 0; action < HEALED_ACTIONS_MAX && !allOver(); action++) {
            progress();
        }
        assertThat(allOver()).as("all requests end in a healthy cluster").isTrue();
        settle();
        requests.forEach(this::check);
        checkNothingLeaked();
        return engine.stats();
    }

    private boolean allOver() {
        return requests.stream().allMatch(request -> request.sink().over());
    }

    private void act() throws InterruptedException {
        int choice = random.nextInt(100);
        if (choice < 8) {
            submit();
        } else if (choice < 9 && !patient) {
            cancel();
        } else if (choice < 12 && !calm) {
            disturb();
        } else {
            progress();
        }
    }

    private void progress() throws InterruptedException {
        switch (random.nextInt(6)) {
            case 0 -> engine.step(Duration.ZERO);
            case 1 -> ticker.advance(Duration.ofMillis(random.nextInt(12)));
            case 2, 3 -> deliver();
            default -> runStage();
        }
    }

    // Requests

    private void submit() {
        GenerationRequest request = randomRequest();
        RecordingSink sink = new RecordingSink();
        try {
            int contextMax = engine.contextMax();
            requests.add(new Running(request, sink, engine.submit(request, sink), contextMax));
        } catch (ServingException e) {
            assertThat(e.code()).isIn(ErrorCode.QUEUE_FULL, ErrorCode.KV_POOL_FULL);
            assertThat(sink.over()).isFalse();
        }
    }

    private GenerationRequest randomRequest() {
        int[] prompt = new int[1 + random.nextInt(random.nextInt(4) == 0 ? 1000 : 300)];
        for (int position = 0; position < prompt.length; position++) {
            prompt[position] = random.nextInt(ToyModel.VOCAB);
        }
        Duration timeout = patient || random.nextInt(4) > 0 ? FOREVER : Duration.ofMillis(random.nextInt(20_000));
        return new GenerationRequest(
                "r" + requests.size(),
                "client-" + random.nextInt(3),
                TokenIds.of(prompt),
                sampling(random.nextLong()),
                random.nextInt(8) == 0 ? 0 : random.nextInt(random.nextInt(5) == 0 ? 400 : 20),
                random.nextBoolean() ? Set.of(random.nextInt(ToyModel.VOCAB)) : Set.of(),
                random.nextInt(3) == 0 ? 0 : -1,
                new Deadline(ticker.getAsLong() + timeout.toNanos()));
    }

    private static SamplingParams sampling(long seed) {
        return new SamplingParams(1, 1, 0, 0, 0, 0, 1, Map.of(), seed, -1);
    }

    private void cancel() {
        if (!requests.isEmpty()) {
            requests.get(random.nextInt(requests.size())).generation().cancel();
        }
    }

    // The stages

    private void runStage() {
        List<FakeStages.Line> able =
                stages.open().stream().filter(FakeStages.Line::canRun).toList();
        if (!able.isEmpty()) {
            able.get(random.nextInt(able.size())).run(stepError());
        }
    }

    private @Nullable ServingException stepError() {
        if (calm || healed || random.nextInt(15) > 0) {
            return null;
        }
        ErrorCode[] codes = {ErrorCode.WORKER_LOST, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.INTERNAL};
        return new ServingException(codes[random.nextInt(patient ? 2 : 3)], "injected");
    }

    private void deliver() {
        List<FakeStages.Line> talking = stages.talking();
        if (!talking.isEmpty()) {
            talking.get(random.nextInt(talking.size())).deliver();
        }
    }

    private void disturb() {
        NodeId worker = randomWorker();
        switch (random.nextInt(8)) {
            case 0 -> line().ifPresent(FakeStages.Line::breakDown);
            case 1 -> line().ifPresent(FakeStages.Line::hang);
            case 2 -> cluster.leave(worker);
            case 3, 4 -> {
                cluster.join(worker);
                cluster.status(worker, plan.epoch(), random.nextBoolean());
            }
            case 5 -> {
                plan = newPlan(plan.epoch() + 1);
                cluster.planned(plan);
            }
            case 6 -> stages.refuse(worker, random.nextBoolean());
            default ->
                FakeCluster.workers(plan).forEach(member -> {
                    cluster.join(member);
                    cluster.status(member, plan.epoch(), true);
                });
        }
        cluster.tell();
    }

    private NodeId randomWorker() {
        List<NodeId> workers = FakeCluster.workers(plan);
        return workers.get(random.nextInt(workers.size()));
    }

    private Optional<FakeStages.Line> line() {
        List<FakeStages.Line> open = stages.open();
        return open.isEmpty() ? Optional.empty() : Optional.of(open.get(random.nextInt(open.size())));
    }

    // The end

    private void heal() {
        healed = true;
        FakeCluster.workers(plan).forEach(worker -> stages.refuse(worker, false));
        cluster.ready(plan);
    }

    /// Lets the last outcomes and releases come through.
    private void settle() throws InterruptedException {
        for (int turn = 0; turn < SETTLING_ACTIONS_MAX && !settled(); turn++) {
            progress();
        }
    }

    private boolean settled() {
        return engine.stats().stepsInFlight() == 0
                && stages.sequenceCount() == 0
                && stages.talking().isEmpty();
    }

    private void check(Running running) {
        GenerationRequest request = running.request();
        RecordingSink sink = running.sink();
        List<Integer> alone = ToyModel.answer(request, running.contextMax());
        ServingException error = sink.error();
        if (error != null) {
            assertThat(error.code()).as(request.requestId()).isIn(EXCUSED);
            boolean excused = error.code() == (calm ? ErrorCode.DEADLINE_EXCEEDED : ErrorCode.KV_POOL_FULL);
            assertThat(excused || !(calm || patient))
                    .as("%s must not fail: %s", request.requestId(), error)
                    .isTrue();
        }
        if (error != null || sink.reason() == FinishReason.CANCELLED) {
            assertThat(alone.subList(0, sink.tokens().size())).isEqualTo(sink.tokens());
            return;
        }
        assertThat(sink.tokens()).as(request.requestId()).isEqualTo(alone);
        assertThat(sink.usage()).isEqualTo(new Usage(request.promptIds().size(), 0, alone.size()));
        boolean stopped = !alone.isEmpty() && request.stopTokenIds().contains(alone.getLast());
        assertThat(sink.reason()).isEqualTo(stopped ? FinishReason.STOP : FinishReason.LENGTH);
        if (request.promptLogprobs() >= 0) {
            assertThat(sink.promptScores()).isEqualTo(ToyModel.promptScores(request));
        } else {
            assertThat(sink.promptScores()).isNull();
        }
    }

    private void checkNothingLeaked() {
        EngineStats stats = engine.stats();
        assertThat(stats.running() + stats.waiting() + stats.stepsInFlight() + stats.kvPagesInUse())
                .as("left behind: %s", stats)
                .isZero();
        assertThat(stages.sequenceCount()).as("sequences on the stages").isZero();
        assertThat(stats.ended() + stats.failed()).isEqualTo(requests.size());
        engine.beginShutDown();
        assertThat(engine.finished()).as("whoever entered the gate has left it").isTrue();
    }
}
