package io.thunderhead.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// All series of a family of histograms on one node.
final class HistogramFamily implements Collector {
    private static final double NANOSECOND = 1e-9;

    private final Family family;
    private final MetricMetadata metadata;
    private final List<Histogram> series = new CopyOnWriteArrayList<>();

    HistogramFamily(Family family) {
        this.family = family;
        this.metadata = new MetricMetadata(family.name(), family.help());
    }

    Histogram add(Labels labels) {
        double unit = family.name().endsWith("_seconds") ? NANOSECOND : 1;
        Histogram added = new Histogram(family.upperBounds(), unit, labels);
        series.add(added);
        return added;
    }

    @Override
    public MetricSnapshot collect() {
        return new HistogramSnapshot(
                metadata, series.stream().map(Histogram::snapshot).toList());
    }

    @Override
    public MetricFamilyDescriptor getMetricFamilyDescriptor() {
        return MetricFamilyDescriptor.of(MetricType.HISTOGRAM, metadata);
    }
}
