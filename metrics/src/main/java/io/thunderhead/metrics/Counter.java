package io.thunderhead.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;

/// One series that only grows. Thread-safe; allocates nothing.
public final class Counter {
    private final CounterDataPoint series;

    Counter(CounterDataPoint series) {
        this.series = series;
    }

    public void increment() {
        series.inc();
    }

    public void add(long count) {
        series.inc(count);
    }
}
