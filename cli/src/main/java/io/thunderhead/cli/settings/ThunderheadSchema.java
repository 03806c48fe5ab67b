package io.thunderhead.cli.settings;

import io.thunderhead.core.config.ConfigSchema;

/// Every section of the configuration; all roles share it, so that one file can serve a whole cluster.
public final class ThunderheadSchema {
    public static final ConfigSchema SCHEMA = ConfigSchema.empty()
            .section("model", ModelSettings.class)
            .section("api", ApiSettings.class)
            .section("node", NodeSettings.class)
            .section("serve", ServeSettings.class);

    private ThunderheadSchema() {}
}
