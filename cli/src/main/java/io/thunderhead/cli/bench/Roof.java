package io.thunderhead.cli.bench;

import io.thunderhead.model.kernels.Ceilings;

/// The speeds that a model cannot exceed on this machine: weights must be read, and multiply-adds be made.
record Roof(ModelWork work, Ceilings ceilings) {
    double prefillTokensPerSecond(int promptTokens) {
        return promptTokens * ceilings.flopsPerSecond() / work.prefillFlops(promptTokens);
    }

    double decodeTokensPerSecond(int batch) {
        double reading = work.decodeBytes(batch) / ceilings.readBytesPerSecond();
        double computing = work.decodeFlops(batch) / ceilings.flopsPerSecond();
        return batch / Math.max(reading, computing);
    }
}
