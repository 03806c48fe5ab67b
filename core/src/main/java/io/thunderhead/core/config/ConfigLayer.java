package io.thunderhead.core.config;

import java.util.LinkedHashMap;
import java.util.Map;

/// One source of settings: key to value. Lists are one text with commas.
public record ConfigLayer(Map<String, ConfigValue> values) {
    public ConfigLayer {
        values = Map.copyOf(values);
    }

    /// Values that all come from the same place.
    public static ConfigLayer of(String origin, Map<String, String> texts) {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        texts.forEach((key, text) -> values.put(key, new ConfigValue(text, origin)));
        return new ConfigLayer(values);
    }
}
