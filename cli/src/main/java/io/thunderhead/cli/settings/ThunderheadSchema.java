package io.thunderhead.cli.settings;

import io.thunderhead.attention.AttentionWorkerConfig;
import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.cluster.placement.PlacementOptions;
import io.thunderhead.coordinator.grpc.GrpcConfig;
import io.thunderhead.coordinator.http.HttpConfig;
import io.thunderhead.coordinator.schedule.SchedulerConfig;
import io.thunderhead.coordinator.trace.TracingConfig;
import io.thunderhead.core.config.ConfigSchema;
import io.thunderhead.expert.ExpertWorkerConfig;
import io.thunderhead.metrics.MetricsConfig;
import io.thunderhead.transport.TransportConfig;

/// Every section of the configuration; all roles share it, so that one file can serve a whole cluster.
public final class ThunderheadSchema {
    public static final ConfigSchema SCHEMA = ConfigSchema.empty()
            .section("model", ModelSettings.class)
            .section("kernels", KernelSettings.class)
            .section("serve", ServeSettings.class)
            .section("node", NodeSettings.class)
            .section("cluster", ClusterConfig.class)
            .section("placement", PlacementOptions.class)
            .section("transport", TransportConfig.class)
            .section("http", HttpConfig.class)
            .section("grpc", GrpcConfig.class)
            .section("scheduler", SchedulerConfig.class)
            .section("attention", AttentionWorkerConfig.class)
            .section("expert", ExpertWorkerConfig.class)
            .section("metrics", MetricsConfig.class)
            .section("tracing", TracingConfig.class);

    private ThunderheadSchema() {}
}
