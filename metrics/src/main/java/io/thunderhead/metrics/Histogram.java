package io.thunderhead.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/// The distribution of one series, in the buckets of its family. Thread-safe; allocates nothing, which the library's
/// own histogram does at every record (docs/adr/0027).
public final class Histogram {
    private final Labels labels;
    private final double unit;
    private final double[] upperBounds;
    private final long[] limits;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();

    /// @param unit of what is recorded, in the family's own: 1e-9 for nanoseconds of a family in seconds
    Histogram(double[] upperBounds, double unit, Labels labels) {
        this.labels = labels;
        this.unit = unit;
        this.upperBounds = Arrays.copyOf(upperBounds, upperBounds.length + 1);
        this.upperBounds[upperBounds.length] = Double.POSITIVE_INFINITY;
        this.limits = Arrays.stream(upperBounds)
                .mapToLong(bound -> Math.round(bound / unit))
                .toArray();
        this.counts = new LongAdder[this.upperBounds.length];
        Arrays.setAll(counts, bucket -> new LongAdder());
    }

    /// A duration, for families that are in seconds.
    public void recordNanos(long nanos) {
        record(nanos);
    }

    public void record(long value) {
        int bucket = 0;
        while (bucket < limits.length && value > limits[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(value);
    }

    HistogramDataPointSnapshot snapshot() {
        long[] now = Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(upperBounds, now), sum.sum() * unit, labels, Exemplars.EMPTY, 0);
    }
}
