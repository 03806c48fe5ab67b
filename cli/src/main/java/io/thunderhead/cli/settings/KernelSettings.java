package io.thunderhead.cli.settings;

import io.thunderhead.core.config.Setting;

/// What computes.
public record KernelSettings(
        @Setting(value = "auto", doc = "Kernels: auto, vector or plain; all give the same bits")
        String implementation,

        @Setting(
                value = "0",
                min = 0,
                max = 1024,
                doc = "Threads that share each operation of a worker; 0 = one a core")
        int threads) {

    public int threadCount() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
