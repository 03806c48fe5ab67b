package io.thunderhead.coordinator.schedule;

import io.thunderhead.core.config.Setting;
import java.time.Duration;

/// Limits and patience of the scheduler; prefix `scheduler`.
public record SchedulerConfig(
        @Setting(
                value = "512",
                min = 257,
                max = 1 << 20,
                doc = "Tokens of one step over all its sequences; at least one prefill block (256) and one decode")
        int maxBatchTokens,

        @Setting(
                value = "2",
                min = 0,
                max = 1000,
                doc = "Steps of decodes alone after each that reads prompts beside decodes: more keep running streams"
                        + " faster and make prompts wait longer; 0 = prompts in every step")
        int decodeSteps,

        @Setting(value = "64", min = 1, max = 1 << 16, doc = "Sequences that hold state on the workers at once")
        int maxRunning,

        @Setting(value = "1024", min = 1, max = 1 << 20, doc = "Requests that may wait for their first step")
        int maxWaiting,

        @Setting(value = "256", min = 1, max = 1 << 20, doc = "As max-waiting, of one client (API key)")
        int maxWaitingPerClient,

        @Setting(
                value = "0",
                min = 0,
                max = Integer.MAX_VALUE,
                doc = "Most tokens of prompt and answer together; 0 = what the model was made for")
        int contextMax,

        @Setting(
                value = "1000000",
                min = 1,
                max = Integer.MAX_VALUE,
                doc = "Scores one request may collect: prompt tokens times (1 + alternatives asked for)")
        int promptLogprobsMax,

        @Setting(value = "8", min = 0, max = 1000, doc = "Times a sequence is replayed after losses before it fails")
        int replaysMax,

        @Setting(
                value = "100ms",
                min = 1,
                max = 60_000,
                doc = "Pause after a step was lost to a worker; doubles with each further one, up to 2 s")
        Duration replayPause,

        @Setting(
                value = "60s",
                min = 10,
                max = 3_600_000,
                doc = "What a stage may take for one step, queueing included")
        Duration stepTimeout,

        @Setting(
                value = "10s",
                min = 0,
                max = 3_600_000,
                doc = "How long new requests wait for workers that are missing before they fail with NOT_READY")
        Duration notReadyQueueTime,

        @Setting(value = "1s", min = 1, max = 60_000, doc = "Retry-after told to a client that found the queue full")
        Duration retryAfter,

        @Setting(value = "30s", min = 0, max = 3_600_000, doc = "What running requests get to finish in at shutdown")
        Duration shutdownGrace) {
    public static final SchedulerConfig DEFAULTS = new SchedulerConfig(
            512,
            2,
            64,
            1024,
            256,
            0,
            1_000_000,
            8,
            Duration.ofMillis(100),
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30));
}
