package io.thunderhead.metrics;

import io.thunderhead.core.error.ErrorCode;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// A counter for every error code, all there from the start, so that a rate sees the first error too.
public final class ErrorCounters {
    private final Map<ErrorCode, Counter> counters = new EnumMap<>(ErrorCode.class);

    /// @param leading values of the family's labels before the last one, which is the code
    ErrorCounters(NodeMetrics metrics, Family family, String... leading) {
        for (ErrorCode code : ErrorCode.values()) {
            String[] values = Arrays.copyOf(leading, leading.length + 1);
            values[leading.length] = code.name().toLowerCase(Locale.ROOT);
            counters.put(code, metrics.counter(family, values));
        }
    }

    public void count(ErrorCode code) {
        Counter counter = counters.get(code);
        if (counter != null) {
            counter.increment();
        }
    }
}
