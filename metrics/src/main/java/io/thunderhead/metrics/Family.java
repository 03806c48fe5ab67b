package io.thunderhead.metrics;

import java.util.List;

/// A family of time series: a name, what it means, and the labels that tell its series apart.
///
/// @param name with the unit last (`_seconds`, `_bytes`); counters without their `_total`
/// @param labels beside `node`, which every series has
/// @param buckets upper bounds of a histogram's buckets; empty for others
public record Family(String name, Kind kind, String help, List<String> labels, List<Double> buckets) {
    /// More series than this of one instrumented family on one node are a mistake: a label takes what clients send.
    static final int SERIES_MAX = 1024;

    public Family {
        labels = List.copyOf(labels);
        buckets = List.copyOf(buckets);
        if ((kind == Kind.HISTOGRAM) == buckets.isEmpty()) {
            throw new IllegalArgumentException(name + ": a histogram has buckets, and nothing else has");
        }
    }

    public enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    static Family counter(String name, String help, String... labels) {
        return new Family(name, Kind.COUNTER, help, List.of(labels), List.of());
    }

    static Family gauge(String name, String help, String... labels) {
        return new Family(name, Kind.GAUGE, help, List.of(labels), List.of());
    }

    static Family histogram(String name, List<Double> buckets, String help, String... labels) {
        return new Family(name, Kind.HISTOGRAM, help, List.of(labels), buckets);
    }

    String[] labelNames() {
        return labels.toArray(String[]::new);
    }

    double[] upperBounds() {
        return buckets.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
