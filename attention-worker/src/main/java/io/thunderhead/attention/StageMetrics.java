package io.thunderhead.attention;

import static java.util.Objects.requireNonNull;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.metrics.Counter;
import io.thunderhead.metrics.ErrorCounters;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.Gauge;
import io.thunderhead.metrics.Histogram;
import io.thunderhead.metrics.NodeMetrics;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// What an attention worker records. Owner: the stage's engine thread; scrapers only read the series.
final class StageMetrics {
    private final NodeMetrics metrics;
    private final Map<StepKind, KindMetrics> kinds = new EnumMap<>(StepKind.class);
    private final Map<Integer, LayerMetrics> layers = new HashMap<>();
    private final ErrorCounters failedSteps;
    private final Gauge sequences;
    private final Gauge pagesUsed;
    private final Gauge pagesCapacity;

    StageMetrics(NodeMetrics metrics) {
        this.metrics = metrics;
        for (StepKind kind : StepKind.values()) {
            kinds.put(kind, new KindMetrics(metrics, kind));
        }
        this.failedSteps = metrics.errors(Families.STAGE_FAILED_STEPS);
        this.sequences = metrics.gauge(Families.STAGE_SEQUENCES);
        this.pagesUsed = metrics.gauge(Families.STAGE_PAGES);
        this.pagesCapacity = metrics.gauge(Families.STAGE_PAGES_CAPACITY);
    }

    /// Of generated tokens alone, or with some of a prompt or of a replay.
    enum StepKind {
        DECODE,
        PREFILL
    }

    enum Phase {
        QUEUE,
        ATTENTION,
        DISPATCH,
        EXPERTS,
        COMBINE,
        SEND,
        SAMPLING
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void finished(StepKind kind, int rows, StepClock clock) {
        requireNonNull(kinds.get(kind)).record(rows, clock);
    }

    void failed(ErrorCode code) {
        failedSteps.count(code);
    }

    /// Of one layer; made when it is run for the first time.
    LayerMetrics ofLayer(int layerIndex) {
        LayerMetrics known = layers.get(layerIndex);
        return known == null ? add(layerIndex) : known;
    }

    private LayerMetrics add(int layerIndex) {
        LayerMetrics added = new LayerMetrics(metrics, layerIndex);
        layers.put(layerIndex, added);
        return added;
    }

    void holds(int sequenceCount, int pages, int pageMax) {
        sequences.set(sequenceCount);
        pagesUsed.set(pages);
        pagesCapacity.set(pageMax);
    }

    /// A layer's rounds to its experts and back.
    static final class LayerMetrics {
        private final Histogram time;
        private final Counter rows;

        private LayerMetrics(NodeMetrics metrics, int layerIndex) {
            this.time = metrics.histogram(Families.EXCHANGE_TIME, Integer.toString(layerIndex));
            this.rows = metrics.counter(Families.EXCHANGE_ROWS, Integer.toString(layerIndex));
        }

        void exchanged(int rowCount, long nanos) {
            time.recordNanos(nanos);
            rows.add(rowCount);
        }
    }

    private static final class KindMetrics {
        private static final Phase[] PHASES = Phase.values();

        private final Histogram total;
        private final Map<Phase, Histogram> phases = new EnumMap<>(Phase.class);
        private final Counter tokens;

        KindMetrics(NodeMetrics metrics, StepKind kind) {
            this.total = metrics.histogram(Families.STEP_TIME, label(kind));
            for (Phase phase : PHASES) {
                phases.put(phase, metrics.histogram(Families.STEP_PHASE, label(phase), label(kind)));
            }
            this.tokens = metrics.counter(Families.STAGE_TOKENS, label(kind));
        }

        void record(int rows, StepClock clock) {
            total.recordNanos(clock.totalNanos());
            for (Phase phase : PHASES) {
                long nanos = clock.nanos(phase);
                if (nanos > 0) {
                    requireNonNull(phases.get(phase)).recordNanos(nanos);
                }
            }
            tokens.add(rows);
        }
    }
}
