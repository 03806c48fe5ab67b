package io.thunderhead.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// A coordinator's numbers once more, under the names and labels that boards, autoscalers and routers written for vLLM
/// look for. Made of our own families when somebody scrapes: nothing is recorded twice.
public final class VllmNames {
    private static final String PREFIX = "vllm:";
    private static final Map<String, Family> RENAMED = Map.of(
            "num_requests_running", Families.RUNNING,
            "num_requests_waiting", Families.WAITING,
            "prefix_cache_queries", Families.PROMPT_TOKENS,
            "prefix_cache_hits", Families.CACHED_TOKENS,
            "prompt_tokens", Families.PROMPT_TOKENS,
            "generation_tokens", Families.GENERATED_TOKENS,
            "time_to_first_token_seconds", Families.TIME_TO_FIRST_TOKEN,
            "inter_token_latency_seconds", Families.INTER_TOKEN,
            "e2e_request_latency_seconds", Families.END_TO_END,
            "request_queue_time_seconds", Families.QUEUE_TIME);

    private final PrometheusRegistry registry;
    private final Labels labels;

    private VllmNames(PrometheusRegistry registry, Labels labels) {
        this.registry = registry;
        this.labels = labels;
    }

    /// @param model the name under which it is served
    public static void addTo(NodeMetrics metrics, String model) {
        VllmNames names = new VllmNames(metrics.registry(), Labels.of("model_name", model, "engine", "0"));
        RENAMED.forEach((name, family) -> {
            MetricMetadata metadata = new MetricMetadata(PREFIX + name, family.name() + " as vLLM calls it");
            names.register(typeOf(family), metadata, () -> names.renamed(metadata, family));
        });
        MetricMetadata usage = new MetricMetadata(
                PREFIX + "kv_cache_usage_perc",
                "Part of the KV pages that is reserved: 0 to 1, whatever its name says");
        names.register(MetricType.GAUGE, usage, () -> names.cacheUsage(usage));
    }

    private static MetricType typeOf(Family family) {
        return switch (family.kind()) {
            case COUNTER -> MetricType.COUNTER;
            case GAUGE -> MetricType.GAUGE;
            case HISTOGRAM -> MetricType.HISTOGRAM;
        };
    }

    private void register(MetricType type, MetricMetadata metadata, Supplier<MetricSnapshot> snapshot) {
        MetricFamilyDescriptor descriptor = MetricFamilyDescriptor.of(type, metadata);
        registry.register(new Collector() {
            @Override
            public MetricSnapshot collect() {
                return snapshot.get();
            }

            @Override
            public MetricFamilyDescriptor getMetricFamilyDescriptor() {
                return descriptor;
            }
        });
    }

    private MetricSnapshot renamed(MetricMetadata metadata, Family family) {
        return switch (family.kind()) {
            case COUNTER -> {
                double value = sum(family, point -> ((CounterDataPointSnapshot) point).getValue());
                yield new CounterSnapshot(metadata, List.of(new CounterDataPointSnapshot(value, labels, null, 0)));
            }
            case GAUGE -> gauge(metadata, gaugeValue(family));
            case HISTOGRAM ->
                new HistogramSnapshot(
                        metadata,
                        points(family).stream()
                                .map(HistogramDataPointSnapshot.class::cast)
                                .map(point -> new HistogramDataPointSnapshot(
                                        point.getClassicBuckets(), point.getSum(), labels, Exemplars.EMPTY, 0))
                                .toList());
        };
    }

    private MetricSnapshot cacheUsage(MetricMetadata metadata) {
        double capacity = gaugeValue(Families.KV_CAPACITY);
        double usage = capacity > 0 ? gaugeValue(Families.KV_RESERVED) / capacity : 0;
        return gauge(metadata, usage);
    }

    private GaugeSnapshot gauge(MetricMetadata metadata, double value) {
        return new GaugeSnapshot(metadata, List.of(new GaugeDataPointSnapshot(value, labels, null)));
    }

    private double gaugeValue(Family family) {
        return sum(family, point -> ((GaugeDataPointSnapshot) point).getValue());
    }

    private double sum(Family family, ToDoubleFunction<DataPointSnapshot> value) {
        return points(family).stream().mapToDouble(value).sum();
    }

    private List<? extends DataPointSnapshot> points(Family family) {
        return registry.scrape(name -> name.equals(family.name())).stream()
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .toList();
    }
}
