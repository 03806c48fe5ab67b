package io.thunderhead.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.thunderhead.model.kernels.Ceilings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// What a run measured. The names of its JSON form are documented in docs/PERFORMANCE.md. Ceilings are null where the
/// model's shape or the machine is not known.
@JsonInclude(JsonInclude.Include.NON_NULL)
record BenchReport(
        Setup setup,
        @Nullable Ceilings ceilings,
        List<Prefill> prefill,
        List<Decode> decode,
        @Nullable Loaded load,
        @Nullable LongPrompt longPrompt,
        @Nullable StepTimes stepSeconds) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    BenchReport {
        prefill = List.copyOf(prefill);
        decode = List.copyOf(decode);
    }

    /// What was measured, of which source, where.
    ///
    /// @param at time of day, ISO 8601
    /// @param cluster what served: an address, or the nodes that were started
    /// @param weights how they are stored: `bf16`, `float32` or `int8`; null if not known
    record Setup(
            String at,
            String version,
            String commit,
            Machine machine,
            String model,
            String cluster,
            @Nullable String weights,
            long seed) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Prefill(
            int promptTokens,
            double tokensPerSecond,
            @Nullable Double ofCeiling,
            double ttftSecondsMedian,
            double ttftSecondsMax,
            double tpotSecondsMedian) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Decode(
            int batch,
            int promptTokens,
            int tokens,
            double tokensPerSecond,
            @Nullable Double ofCeiling,
            double tpotSecondsMedian,
            double ttftSecondsMedian) {}

    record Loaded(
            double requestsPerSecond,
            List<Integer> promptTokens,
            int tokens,
            int requests,
            double tokensPerSecond,
            Spread ttft,
            Spread interToken) {}

    record LongPrompt(
            int promptTokens,
            int streams,
            double ttftSeconds,
            double tokensPerSecond,
            Spread interTokenBefore,
            Spread interTokenDuring,
            Spread interTokenAfter) {}

    String json() {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    }

    /// On one line.
    String jsonLine() {
        return JSON.writeValueAsString(this);
    }

    static BenchReport read(Path file) {
        return JSON.readValue(file.toFile(), BenchReport.class);
    }
}
