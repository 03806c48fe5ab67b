package io.thunderhead.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// What a run measured. The names of its JSON form are documented in docs/PERFORMANCE.md.
record BenchReport(
        String version,
        String model,
        String url,
        int clientCores,
        long seed,
        List<Prefill> prefill,
        List<Decode> decode,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable StepTimes stepSeconds) {

    record Prefill(int promptTokens, double tokensPerSecond, double ttftSecondsMedian, double ttftSecondsMax) {}

    record Decode(
            int batch,
            int promptTokens,
            int tokens,
            double tokensPerSecond,
            double tpotSecondsMedian,
            double ttftSecondsMedian) {}

    String json() {
        return JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(this);
    }

    String table() {
        StringBuilder table = new StringBuilder();
        row(table, "%8s %12s %12s %12s", "prompt", "tokens/s", "TTFT ms", "TTFT max ms");
        for (Prefill line : prefill) {
            row(
                    table,
                    "%8d %12.1f %12.1f %12.1f",
                    line.promptTokens,
                    line.tokensPerSecond,
                    1e3 * line.ttftSecondsMedian,
                    1e3 * line.ttftSecondsMax);
        }
        row(table, "%n%8s %12s %12s %12s", "batch", "tokens/s", "TPOT ms", "TTFT ms");
        for (Decode line : decode) {
            row(
                    table,
                    "%8d %12.1f %12.1f %12.1f",
                    line.batch,
                    line.tokensPerSecond,
                    1e3 * line.tpotSecondsMedian,
                    1e3 * line.ttftSecondsMedian);
        }
        if (stepSeconds != null) {
            row(table, "%n%s", stepSeconds.describe());
        }
        return table.toString();
    }

    @FormatMethod
    private static void row(StringBuilder table, String format, Object... values) {
        table.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
