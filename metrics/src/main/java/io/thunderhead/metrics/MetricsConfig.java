package io.thunderhead.metrics;

import io.thunderhead.core.config.Setting;
import java.util.Optional;

/// Where a node tells what it measures; prefix `metrics`.
public record MetricsConfig(
        @Setting(value = "", doc = "Address on which /metrics is served; default: node.host")
        Optional<String> host,

        @Setting(
                value = "0",
                min = 0,
                max = 65535,
                doc = "Port of /metrics on every node; 0 = any free one, which the log names. Several nodes of one"
                        + " machine (serve) take the ports that follow")
        int port,

        @Setting(value = "true", doc = "The coordinator also shows the names that boards and routers for vLLM know")
        boolean vllmNames) {}
