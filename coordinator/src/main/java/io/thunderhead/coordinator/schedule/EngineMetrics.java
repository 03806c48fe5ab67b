package io.thunderhead.coordinator.schedule;

import static java.util.Objects.requireNonNull;

import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.metrics.Counter;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.Histogram;
import io.thunderhead.metrics.NodeMetrics;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/// What the engine measures of sequences. Owner: engine thread; what it sums up anyway is read from its [EngineStats].
final class EngineMetrics {
    private final Histogram queueTime;
    private final Histogram timeToFirstToken;
    private final Histogram interToken;
    private final Histogram endToEnd;
    private final Map<FinishReason, Counter> ended = new EnumMap<>(FinishReason.class);
    private final Counter failed;

    EngineMetrics(NodeMetrics metrics) {
        this.queueTime = metrics.histogram(Families.QUEUE_TIME);
        this.timeToFirstToken = metrics.histogram(Families.TIME_TO_FIRST_TOKEN);
        this.interToken = metrics.histogram(Families.INTER_TOKEN);
        this.endToEnd = metrics.histogram(Families.END_TO_END);
        for (FinishReason reason : FinishReason.values()) {
            ended.put(
                    reason,
                    metrics.counter(Families.SEQUENCES_ENDED, reason.name().toLowerCase(Locale.ROOT)));
        }
        this.failed = metrics.counter(Families.SEQUENCES_ENDED, "failed");
    }

    static void read(NodeMetrics metrics, int waitingMax, Supplier<EngineStats> stats) {
        metrics.read(Families.RUNNING, () -> stats.get().running());
        metrics.read(Families.WAITING, () -> stats.get().waiting());
        metrics.read(Families.WAITING_MAX, () -> waitingMax);
        metrics.read(Families.STEPS_IN_FLIGHT, () -> stats.get().stepsInFlight());
        metrics.read(Families.KV_RESERVED, () -> stats.get().kvPagesInUse());
        metrics.read(Families.KV_CAPACITY, () -> pages(stats.get().kvPages()));
        metrics.read(Families.PROMPT_TOKENS, () -> stats.get().promptTokens());
        metrics.read(Families.CACHED_TOKENS, () -> stats.get().cachedTokens());
        metrics.read(Families.GENERATED_TOKENS, () -> stats.get().completionTokens());
        metrics.read(Families.COMPUTED_TOKENS, () -> stats.get().computedTokens());
        metrics.read(Families.STEPS, () -> stats.get().steps());
        metrics.read(Families.FAILED_STEPS, () -> stats.get().failedSteps());
        metrics.read(Families.PREEMPTIONS, () -> stats.get().preemptions());
        metrics.read(Families.REPLAYS, () -> stats.get().replays());
    }

    /// A model without softmax layers needs none and has no end of them.
    private static int pages(int kvPages) {
        return kvPages == Integer.MAX_VALUE ? 0 : kvPages;
    }

    void started(long queueNanos) {
        queueTime.recordNanos(queueNanos);
    }

    void firstToken(long sinceSubmitNanos) {
        timeToFirstToken.recordNanos(sinceSubmitNanos);
    }

    void furtherToken(long sinceLastNanos) {
        interToken.recordNanos(sinceLastNanos);
    }

    void ended(FinishReason reason, long sinceSubmitNanos) {
        requireNonNull(ended.get(reason)).increment();
        endToEnd.recordNanos(sinceSubmitNanos);
    }

    void failed(long sinceSubmitNanos) {
        failed.increment();
        endToEnd.recordNanos(sinceSubmitNanos);
    }
}
