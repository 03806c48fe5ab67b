package io.thunderhead.cli.bench;

import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Where the stages spent their steps, in seconds summed over steps and stages; docs/PERFORMANCE.md says what counts as
/// what.
public record StepTimes(
        long steps, double total, double queue, double attention, double exchange, double expert, double head) {
    /// The difference of two answers of `/stats`; nothing if the server does not give them or no step ran between.
    public static Optional<StepTimes> between(Optional<JsonNode> before, Optional<JsonNode> after) {
        return before.flatMap(first -> after.map(second -> of(second).minus(of(first))))
                .filter(times -> times.steps > 0);
    }

    /// `61 steps: attention 31 %, experts 22 %, exchange 40 %, head and sampling 7 %`
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%d steps: attention %.0f %%, experts %.0f %%, exchange %.0f %%, head and sampling %.0f %%",
                steps,
                share(attention),
                share(expert),
                share(exchange),
                share(head));
    }

    private double share(double seconds) {
        return total == 0 ? 0 : 100 * seconds / total;
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
