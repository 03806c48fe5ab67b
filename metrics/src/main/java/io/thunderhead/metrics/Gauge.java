package io.thunderhead.metrics;

import io.prometheus.metrics.core.datapoints.GaugeDataPoint;

/// One series that is set. Thread-safe; allocates nothing.
public final class Gauge {
    private final GaugeDataPoint series;

    Gauge(GaugeDataPoint series) {
        this.series = series;
    }

    public void set(double value) {
        series.set(value);
    }
}
