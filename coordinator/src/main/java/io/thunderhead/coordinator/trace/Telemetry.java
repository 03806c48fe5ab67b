package io.thunderhead.coordinator.trace;

import io.thunderhead.metrics.NodeMetrics;

/// What a coordinator's APIs tell of the requests they serve.
public record Telemetry(NodeMetrics metrics, Tracing tracing) {
    public static Telemetry untraced(NodeMetrics metrics) {
        return new Telemetry(metrics, Tracing.off());
    }
}
