package io.thunderhead.core.config;

import java.util.Map;

/// A bound configuration: one checked record a section. Immutable.
public final class Config {
    private final Map<Class<?>, Record> records;

    Config(Map<Class<?>, Record> records) {
        this.records = Map.copyOf(records);
    }

    /// The record of a section of the schema; throws IllegalArgumentException for other types.
    public <T extends Record> T get(Class<T> section) {
        Record found = records.get(section);
        if (found == null) {
            throw new IllegalArgumentException(section.getName() + " is no section of this configuration");
        }
        return section.cast(found);
    }

    /// A section with nothing set.
    public static <T extends Record> T defaults(Class<T> section) {
        return of(section, Map.of());
    }

    /// A section with some keys set, named without a prefix: `Map.of("max-batch-tokens", "512")`.
    public static <T extends Record> T of(Class<T> section, Map<String, String> settings) {
        return ConfigSchema.empty()
                .section("", section)
                .bind(ConfigLayer.of("", settings))
                .get(section);
    }
}
