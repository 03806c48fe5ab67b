package io.thunderhead.cli.bench;

import com.google.errorprone.annotations.FormatMethod;
import io.thunderhead.model.kernels.Ceilings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A report for people.
final class BenchTable {
    private final StringBuilder text = new StringBuilder();

    private BenchTable() {}

    static String of(BenchReport report) {
        BenchTable table = new BenchTable();
        table.head(report.setup(), report.ceilings());
        table.prefill(report);
        table.decode(report);
        if (report.load() != null) {
            table.load(report.load());
        }
        if (report.longPrompt() != null) {
            table.longPrompt(report.longPrompt());
        }
        if (report.stepSeconds() != null) {
            table.row("%n%s", report.stepSeconds().describe());
        }
        return table.text.toString();
    }

    private void head(BenchReport.Setup setup, @Nullable Ceilings ceilings) {
        row(
                "%s%s, %s; commit %s on %s, %d cores",
                setup.model(),
                setup.weights() == null ? "" : " in " + setup.weights(),
                setup.cluster(),
                setup.commit(),
                setup.machine().cpu(),
                setup.machine().cores());
        if (ceilings != null) {
            row(
                    "ceilings at best, %d threads: %.1f GB/s read, %.0f GFLOP/s multiply-add",
                    ceilings.threadCount(), ceilings.readBytesPerSecond() / 1e9, ceilings.flopsPerSecond() / 1e9);
        }
    }

    private void prefill(BenchReport report) {
        if (!report.prefill().isEmpty()) {
            row("%n%8s %12s %12s %12s %12s %12s", "prompt", "tokens/s", "of ceiling", "TTFT ms", "max ms", "TPOT ms");
        }
        for (BenchReport.Prefill line : report.prefill()) {
            row(
                    "%8d %12.1f %12s %12.1f %12.1f %12.1f",
                    line.promptTokens(),
                    line.tokensPerSecond(),
                    percent(line.ofCeiling()),
                    1e3 * line.ttftSecondsMedian(),
                    1e3 * line.ttftSecondsMax(),
                    1e3 * line.tpotSecondsMedian());
        }
    }

    private void decode(BenchReport report) {
        if (!report.decode().isEmpty()) {
            row("%n%8s %12s %12s %12s %12s", "batch", "tokens/s", "of ceiling", "TPOT ms", "TTFT ms");
        }
        for (BenchReport.Decode line : report.decode()) {
            row(
                    "%8d %12.1f %12s %12.1f %12.1f",
                    line.batch(),
                    line.tokensPerSecond(),
                    percent(line.ofCeiling()),
                    1e3 * line.tpotSecondsMedian(),
                    1e3 * line.ttftSecondsMedian());
        }
    }

    private void load(BenchReport.Loaded load) {
        row(
                "%nload: %d requests, %.2f a second, of %s tokens, %d answered each: %.1f tokens/s",
                load.requests(), load.requestsPerSecond(), load.promptTokens(), load.tokens(), load.tokensPerSecond());
        spread("TTFT", load.ttft());
        spread("inter-token", load.interToken());
    }

    private void longPrompt(BenchReport.LongPrompt run) {
        row(
                "%na prompt of %d tokens beside %d streams: %.1f tokens/s, TTFT %.1f s; inter-token latency of the streams",
                run.promptTokens(), run.streams(), run.tokensPerSecond(), run.ttftSeconds());
        spread("before", run.interTokenBefore());
        spread("during", run.interTokenDuring());
        spread("after", run.interTokenAfter());
    }

    private void spread(String name, Spread spread) {
        row(
                "%12s  p50 %8.1f ms  p99 %8.1f ms  max %8.1f ms  of %d",
                name, 1e3 * spread.p50Seconds(), 1e3 * spread.p99Seconds(), 1e3 * spread.maxSeconds(), spread.count());
    }

    private static String percent(@Nullable Double part) {
        return part == null ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * part);
    }

    @FormatMethod
    private void row(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
