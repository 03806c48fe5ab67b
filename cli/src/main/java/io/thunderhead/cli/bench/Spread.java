package io.thunderhead.cli.bench;

import java.util.Arrays;

/// How waiting times are spread.
///
/// @param count of them; the others are 0 if there is none
record Spread(int count, double p50Seconds, double p99Seconds, double maxSeconds) {

    static Spread of(double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return sorted.length == 0
                ? new Spread(0, 0, 0, 0)
                : new Spread(sorted.length, at(sorted, 0.50), at(sorted, 0.99), sorted[sorted.length - 1]);
    }

    static double median(double[] seconds) {
        return of(seconds).p50Seconds();
    }

    /// The smallest value that so large a part of all does not exceed; between the middle two for the median.
    private static double at(double[] sorted, double part) {
        double rank = part * sorted.length;
        int index = Math.max(0, (int) Math.ceil(rank) - 1);
        boolean between = part == 0.5 && sorted.length % 2 == 0;
        return between ? (sorted[index] + sorted[index + 1]) / 2 : sorted[index];
    }
}
