package io.thunderhead.cli.bench;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Where the stages spent their steps, in seconds summed over steps and stages; docs/PERFORMANCE.md says what counts as
/// what.
record StepTimes(
        long steps, double total, double queue, double attention, double exchange, double expert, double head) {
    /// The difference of two answers of `/stats`; nothing if the server does not give them or no step ran between.
    static Optional<StepTimes> between(Optional<JsonNode> before, Optional<JsonNode> after) {
        return before.flatMap(first -> after.map(second -> of(second).minus(of(first))))
                .filter(times -> times.steps > 0);
    }

    private static StepTimes of(JsonNode stats) {
        JsonNode timings = stats.path("stage_timings");
        return new StepTimes(
                stats.path("steps").asLong(),
                seconds(timings, "total_nanos"),
                seconds(timings, "queue_nanos"),
                seconds(timings, "attention_nanos"),
                seconds(timings, "exchange_nanos"),
                seconds(timings, "expert_nanos"),
                seconds(timings, "head_nanos"));
    }

    private static double seconds(JsonNode timings, String name) {
        return timings.path(name).asLong() / 1e9;
    }

    private StepTimes minus(StepTimes other) {
        return new StepTimes(
                steps - other.steps,
                total - other.total,
                queue - other.queue,
                attention - other.attention,
                exchange - other.exchange,
                expert - other.expert,
                head - other.head);
    }
}
