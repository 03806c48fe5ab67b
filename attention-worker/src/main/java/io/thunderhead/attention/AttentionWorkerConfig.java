package io.thunderhead.attention;

import io.thunderhead.core.config.Setting;

/// Limits of an attention worker; prefix `attention`.
public record AttentionWorkerConfig(
        @Setting(value = "64", min = 2, max = 65536, doc = "Steps that may wait for the attention worker's engine")
        int maxQueuedSteps,

        @Setting(value = "8192", min = 256, max = 1 << 20, doc = "Largest step, in tokens, that the worker takes")
        int maxStepTokens,

        @Setting(
                value = "256",
                min = 1,
                max = 1 << 20,
                doc =
                        "A step of several sequences is run as two micro-batches, one computing while the other's rows are"
                                + " with the experts, when each gets at least so many tokens")
        int microBatchMinTokens) {}
