package io.thunderhead.cli.bench;

import io.thunderhead.model.kernels.Ceilings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server did.
record Measured(
        List<BenchReport.Prefill> prefill,
        List<BenchReport.Decode> decode,
        BenchReport.@Nullable Loaded load,
        BenchReport.@Nullable LongPrompt longPrompt,
        @Nullable StepTimes stepSeconds) {

    /// @param ceilings null where they are not known
    BenchReport report(BenchReport.Setup setup, @Nullable Ceilings ceilings) {
        return new BenchReport(setup, ceilings, prefill, decode, load, longPrompt, stepSeconds);
    }
}
