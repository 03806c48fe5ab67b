package io.thunderhead.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/// The metrics of one node. Instruments are asked for once, when a node is put together, and kept by whoever records;
/// what is counted elsewhere anyway is [#read] when somebody scrapes. Thread-safe.
public final class NodeMetrics {
    /// What [#text] is written in.
    public static final String TEXT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final PrometheusTextFormatWriter TEXT =
            PrometheusTextFormatWriter.builder().build();

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Labels node;
    private final Map<Family, io.prometheus.metrics.core.metrics.Counter> counters = new HashMap<>();
    private final Map<Family, io.prometheus.metrics.core.metrics.Gauge> gauges = new HashMap<>();
    private final Map<Family, HistogramFamily> histograms = new HashMap<>();
    private final Map<Family, Integer> seriesCounts = new HashMap<>();

    /// @param node its name; the label `node` of every series
    public NodeMetrics(String node) {
        this.node = Labels.of("node", node);
    }

    /// Memory, threads, collections and the like of this process.
    public void addJvm() {
        JvmMetrics.builder().constLabels(node).register(registry);
    }

    /// @param labels values of the family's labels, in their order; never what a client sent
    public synchronized Counter counter(Family family, String... labels) {
        checkRoom(family);
        var metric = counters.computeIfAbsent(
                family,
                key -> io.prometheus.metrics.core.metrics.Counter.builder()
                        .name(key.name())
                        .help(key.help())
                        .labelNames(key.labelNames())
                        .constLabels(node)
                        .withoutExemplars()
                        .register(registry));
        return new Counter(metric.labelValues(labels));
    }

    public synchronized Gauge gauge(Family family, String... labels) {
        checkRoom(family);
        var metric = gauges.computeIfAbsent(
                family,
                key -> io.prometheus.metrics.core.metrics.Gauge.builder()
                        .name(key.name())
                        .help(key.help())
                        .labelNames(key.labelNames())
                        .constLabels(node)
                        .withoutExemplars()
                        .register(registry));
        return new Gauge(metric.labelValues(labels));
    }

    public synchronized Histogram histogram(Family family, String... labels) {
        checkRoom(family);
        HistogramFamily series = histograms.computeIfAbsent(family, key -> {
            HistogramFamily added = new HistogramFamily(key);
            registry.register(added);
            return added;
        });
        return series.add(Labels.of(family.labelNames(), labels).merge(node));
    }

    /// A counter for every error code, which is the family's last label.
    public ErrorCounters errors(Family family, String... leading) {
        return new ErrorCounters(this, family, leading);
    }

    /// A counter or gauge with one series, whose value is known elsewhere; asked for on the scraping thread.
    public void read(Family family, DoubleSupplier value) {
        readAll(family, readings -> readings.value(value.getAsDouble()));
    }

    /// A counter or gauge whose series are known elsewhere.
    public void readAll(Family family, Consumer<Readings> source) {
        switch (family.kind()) {
            case COUNTER ->
                CounterWithCallback.builder()
                        .name(family.name())
                        .help(family.help())
                        .labelNames(family.labelNames())
                        .constLabels(node)
                        .callback(callback -> source.accept(callback::call))
                        .register(registry);
            case GAUGE ->
                GaugeWithCallback.builder()
                        .name(family.name())
                        .help(family.help())
                        .labelNames(family.labelNames())
                        .constLabels(node)
                        .callback(callback -> source.accept(callback::call))
                        .register(registry);
            case HISTOGRAM -> throw new IllegalArgumentException(family.name() + ": a histogram is recorded, not read");
        }
    }

    private void checkRoom(Family family) {
        int count = seriesCounts.merge(family, 1, Integer::sum);
        if (count > Family.SERIES_MAX) {
            throw new IllegalStateException(family.name() + ": more than " + Family.SERIES_MAX + " series");
        }
    }

    /// Everything, as Prometheus reads it.
    public byte[] text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            TEXT.write(out, scrape(), EscapingScheme.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    MetricSnapshots scrape() {
        return registry.scrape();
    }

    PrometheusRegistry registry() {
        return registry;
    }
}
