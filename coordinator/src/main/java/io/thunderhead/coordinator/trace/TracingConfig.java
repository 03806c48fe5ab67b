package io.thunderhead.coordinator.trace;

import io.thunderhead.core.config.Setting;
import java.time.Duration;
import java.util.Optional;

/// Where traces go; prefix `tracing`.
public record TracingConfig(
        @Setting(
                value = "",
                doc = "OTLP over HTTP: the collector's address for traces, like http://collector:4318/v1/traces; none ="
                        + " no traces")
        Optional<String> endpoint,

        @Setting(
                value = "0.01",
                min = 0,
                max = 1,
                doc = "Part of the requests that is traced; a request that comes with a W3C traceparent is traced if"
                        + " that says so")
        double sampleRatio,

        @Setting(value = "5s", min = 1, doc = "What one export to the collector may take; what fails is dropped")
        Duration exportTimeout) {}
