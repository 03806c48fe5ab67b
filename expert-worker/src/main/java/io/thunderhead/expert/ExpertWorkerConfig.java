package io.thunderhead.expert;

import io.thunderhead.core.config.Setting;

/// Limits of an expert worker; prefix `expert`.
public record ExpertWorkerConfig(
        @Setting(value = "256", min = 1, max = 65536, doc = "Dispatches that may wait for the expert worker's engine")
        int maxQueuedDispatches) {}
