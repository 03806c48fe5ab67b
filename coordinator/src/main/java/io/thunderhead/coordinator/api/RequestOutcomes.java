package io.thunderhead.coordinator.api;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.metrics.Counter;
import io.thunderhead.metrics.ErrorCounters;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.NodeMetrics;

/// Counts how the requests of one API ended. Neither what clients are called nor what they ask for becomes a label.
/// Thread-safe.
public final class RequestOutcomes {
    private final Counter ok;
    private final ErrorCounters errors;

    /// @param api its name: `http`, `grpc`
    public RequestOutcomes(NodeMetrics metrics, String api) {
        this.ok = metrics.counter(Families.REQUESTS, api, "ok");
        this.errors = metrics.errors(Families.REQUESTS, api);
    }

    public void answered() {
        ok.increment();
    }

    public void failed(ErrorCode code) {
        errors.count(code);
    }
}
