package io.thunderhead.core.config;

/// What a source says about one key.
///
/// @param origin where to look when it is wrong: `thunderhead.yaml:12`, `THUNDERHEAD_SCHEDULER_QUEUE_MAX`, `--port`
public record ConfigValue(String text, String origin) {}
