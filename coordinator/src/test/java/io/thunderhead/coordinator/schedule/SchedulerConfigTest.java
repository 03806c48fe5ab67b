package io.thunderhead.coordinator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.core.config.Setting;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchedulerConfigTest {
    @Test
    void pinsEveryDefault() {
        Map<String, String> defaults = Stream.of(SchedulerConfig.class.getRecordComponents())
                .collect(Collectors.toMap(
                        RecordComponent::getName,
                        component -> component.getAnnotation(Setting.class).value()));
        assertThat(defaults)
                .isEqualTo(Map.ofEntries(
                        Map.entry("maxBatchTokens", "512"),
                        Map.entry("decodeSteps", "2"),
                        Map.entry("maxRunning", "64"),
                        Map.entry("maxWaiting", "1024"),
                        Map.entry("maxWaitingPerClient", "256"),
                        Map.entry("contextMax", "0"),
                        Map.entry("promptLogprobsMax", "1000000"),
                        Map.entry("replaysMax", "8"),
                        Map.entry("replayPause", "100ms"),
                        Map.entry("stepTimeout", "60s"),
                        Map.entry("notReadyQueueTime", "10s"),
                        Map.entry("retryAfter", "1s"),
                        Map.entry("shutdownGrace", "30s")));
    }

    @Test
    void defaultsInCodeAreThoseOfTheKeys() {
        assertThat(SchedulerConfig.DEFAULTS)
                .isEqualTo(new SchedulerConfig(
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
                        Duration.ofSeconds(30)));
    }
}
