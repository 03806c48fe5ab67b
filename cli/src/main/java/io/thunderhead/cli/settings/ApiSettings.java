package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Setting;

/// Where clients reach the coordinator.
public record ApiSettings(
        @Setting(value = "127.0.0.1", doc = "Address to listen on; 0.0.0.0 for all")
        String host,

        @Setting(value = "8080", min = 0, max = 65535, doc = "HTTP port; 0 picks a free one")
        int port,

        @Setting(value = "9090", min = 0, max = 65535, doc = "gRPC port; 0 picks a free one")
        int grpcPort) {}
