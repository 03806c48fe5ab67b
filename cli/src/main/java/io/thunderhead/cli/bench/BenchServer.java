package io.thunderhead.cli.bench;

import io.thunderhead.cli.settings.ConfigOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The cluster that a benchmark starts for itself.
final class BenchServer {
    private static final String FLAG = "bench";

    @Option(
            names = "--attention-workers",
            paramLabel = "N",
            description = "Measures a cluster of processes with so many attention workers.")
    private @Nullable Integer attentionWorkers;

    @Option(names = "--expert-workers", paramLabel = "M", description = "As --attention-workers, of expert workers.")
    private @Nullable Integer expertWorkers;

    @Option(
            names = "--in-process",
            description =
                    "All workers in this process; the default, with one of each role, unless workers are counted.")
    private boolean inProcess;

    /// @param sequences at once
    /// @param contextTokens of the longest
    void configure(ConfigOptions options, int sequences, int contextTokens, int timeoutSeconds) {
        options.flag(FLAG, "serve.in-process", inProcess())
                .flag("--attention-workers", "cluster.attention-workers", orOne(attentionWorkers))
                .flag("--expert-workers", "cluster.expert-workers", orOne(expertWorkers))
                .flag(FLAG, "http.host", "127.0.0.1")
                .flag(FLAG, "grpc.host", "127.0.0.1")
                .flag(FLAG, "http.port", 0)
                .flag(FLAG, "grpc.port", 0)
                .flag(FLAG, "http.request-timeout", timeoutSeconds + "s")
                .flag(FLAG, "placement.max-sequences", sequences)
                .flag(FLAG, "placement.context-tokens", contextTokens)
                .flag(FLAG, "scheduler.max-running", sequences);
    }

    private boolean inProcess() {
        return inProcess || (attentionWorkers == null && expertWorkers == null);
    }

    private static int orOne(@Nullable Integer workers) {
        return workers == null ? 1 : workers;
    }

    /// As reports name it.
    String describe() {
        return "%d attention + %d expert workers %s"
                .formatted(
                        orOne(attentionWorkers),
                        orOne(expertWorkers),
                        inProcess() ? "in one process" : "in processes of their own");
    }
}
