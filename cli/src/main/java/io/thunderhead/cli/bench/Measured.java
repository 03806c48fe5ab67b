package io.thunderhead.cli.bench;

import io.thunderhead.model.kernels.Ceilings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server did, before it is compared with what the machine could do.
record Measured(
        List<BenchReport.Prefill> prefill,
        List<BenchReport.Decode> decode,
        BenchReport.@Nullable Loaded load,
        BenchReport.@Nullable LongPrompt longPrompt,
        @Nullable StepTimes stepSeconds) {

    BenchReport report(BenchReport.Setup setup) {
        return new BenchReport(setup, null, prefill, decode, load, longPrompt, stepSeconds);
    }

    BenchReport report(BenchReport.Setup setup, ModelWork work, Ceilings ceilings) {
        Roof roof = new Roof(work, ceilings);
        return new BenchReport(
                setup,
                ceilings,
                prefill.stream().map(line -> line.under(roof)).toList(),
                decode.stream().map(line -> line.under(roof)).toList(),
                load,
                longPrompt,
                stepSeconds);
    }
}
