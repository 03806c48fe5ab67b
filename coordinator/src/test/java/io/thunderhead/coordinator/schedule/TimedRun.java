package io.thunderhead.coordinator.schedule;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.coordinator.testing.FakeCluster;
import io.thunderhead.coordinator.testing.FakeStages;
import io.thunderhead.coordinator.testing.FakeTicker;
import io.thunderhead.coordinator.testing.ToyModel;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.model.tokenizer.TokenIds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The whole engine against stages that take time, in time that is only counted: a step costs a fixed part, which is
/// reading the weights, and a part for every token, both shared by the stages. Costs are those of the model `mid` on
/// two cores.
final class TimedRun {
    static final Duration STEP = Duration.ofMillis(24);
    static final Duration TOKEN = Duration.ofMillis(1);
    private static final Duration TICK = Duration.ofMillis(1);
    private static final int CONTEXT_MAX = 1 << 18;
    private static final int TICKS_MAX = 10_000_000;

    private final FakeTicker ticker = new FakeTicker();
    private final long begunNanos = ticker.getAsLong();
    private final FakeCluster cluster = new FakeCluster();
    private final FakeStages stages;
    private final SchedulingEngine engine;
    private final int stageCount;
    private final Map<FakeStages.Line, Long> busyUntilNanos = new HashMap<>();

    TimedRun(SchedulerConfig config, int stageCount) {
        this.stageCount = stageCount;
        this.stages = new FakeStages(config.maxBatchTokens());
        this.engine = new SchedulingEngine(
                FakeCluster.COORDINATOR,
                config,
                ToyModel.config(CONTEXT_MAX),
                stages,
                cluster,
                new NodeMetrics("test"),
                ticker);
        Plan plan = FakeCluster.plan(1, stageCount, 64, 4096);
        stages.planned(plan);
        cluster.ready(plan);
        engine.listen();
    }

    /// When tokens came, and whether it is over.
    final class Timeline implements TokenSink {
        private final List<Long> tokenMillis = new ArrayList<>();
        private boolean over;

        @Override
        public void promptScored(List<TokenLogprobs> scores) {
            throw new AssertionError("nobody asked for scores");
        }

        @Override
        public void token(int tokenId, @Nullable TokenLogprobs logprobs) {
            tokenMillis.add(nowMillis());
        }

        @Override
        public void ended(FinishReason reason, Usage usage) {
            over = true;
        }

        @Override
        public void failed(ServingException error) {
            throw new AssertionError(error);
        }

        boolean over() {
            return over;
        }

        int count() {
            return tokenMillis.size();
        }

        long firstMillis() {
            return tokenMillis.getFirst();
        }

        /// Between tokens that came in `[fromMillis, toMillis)`, ascending.
        List<Long> gaps(long fromMillis, long toMillis) {
            List<Long> gaps = new ArrayList<>();
            for (int i = 1; i < tokenMillis.size(); i++) {
                if (tokenMillis.get(i) >= fromMillis && tokenMillis.get(i) < toMillis) {
                    gaps.add(tokenMillis.get(i) - tokenMillis.get(i - 1));
                }
            }
            gaps.sort(null);
            return gaps;
        }
    }

    Timeline submit(String client, int promptTokens, int maxTokens) {
        Timeline timeline = new Timeline();
        GenerationRequest request = new GenerationRequest(
                client,
                client,
                TokenIds.of(new int[promptTokens]),
                SamplingParams.GREEDY,
                maxTokens,
                Set.of(),
                -1,
                new Deadline(ticker.getAsLong() + Duration.ofDays(1).toNanos()));
        engine.submit(request, timeline);
        return timeline;
    }

    long nowMillis() {
        return Duration.ofNanos(ticker.getAsLong() - begunNanos).toMillis();
    }

    void runUntil(Timeline timeline) throws InterruptedException {
        for (int tick = 0; tick < TICKS_MAX && !timeline.over(); tick++) {
            tick();
        }
    }

    void runFor(Duration time) throws InterruptedException {
        long untilMillis = nowMillis() + time.toMillis();
        while (nowMillis() < untilMillis) {
            tick();
        }
    }

    private void tick() throws InterruptedException {
        engine.step(Duration.ZERO);
        for (FakeStages.Line line : stages.open()) {
            Long until = busyUntilNanos.get(line);
            if (until != null && ticker.getAsLong() - until >= 0) {
                busyUntilNanos.remove(line);
                line.run(null);
                line.deliver();
            }
        }
        engine.step(Duration.ZERO);
        for (FakeStages.Line line : stages.open()) {
            if (line.canRun() && !busyUntilNanos.containsKey(line)) {
                busyUntilNanos.put(line, ticker.getAsLong() + cost(line.tokenCount()));
            }
        }
        ticker.advance(TICK);
    }

    private long cost(int tokens) {
        return STEP.plus(TOKEN.multipliedBy(tokens)).dividedBy(stageCount).toNanos();
    }
}
