package io.thunderhead.cli.bench;

import io.thunderhead.cli.local.Console;
import io.thunderhead.cli.node.LocalServer;
import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `thunderhead bench`
@Command(name = "bench", description = "Measures prefill and decode speed and time to first token of a running server.")
public final class BenchCommand implements Callable<Integer> {
    private final String mainClass;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Option(names = "--url", paramLabel = "URL", description = "A running server, e.g. http://127.0.0.1:8080.")
    private @Nullable URI url;

    @Option(
            names = "--prompt-tokens",
            split = ",",
            paramLabel = "N",
            defaultValue = "64,256,1024",
            description = "Prompt lengths for prefill; default ${DEFAULT-VALUE}.")
    private List<Integer> promptTokens = List.of();

    @Option(
            names = "--batch",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,4,16",
            description = "Numbers of requests at once for decode; default ${DEFAULT-VALUE}.")
    private List<Integer> batches = List.of();

    @Option(
            names = "--decode-tokens",
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens to generate for each request of a batch; default ${DEFAULT-VALUE}.")
    private int decodeTokens;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "5",
            description = "Runs of each prefill length; default ${DEFAULT-VALUE}.")
    private int repeats;

    @Option(
            names = "--vocabulary",
            paramLabel = "N",
            defaultValue = "500",
            description = "Prompts are random ids below this; default ${DEFAULT-VALUE}.")
    private int vocabulary;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the random prompts.")
    private long seed;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "For one request; default ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Also writes the numbers there (docs/PERFORMANCE.md).")
    private @Nullable Path json;

    /// @param mainClass whose `main` understands the role commands; run in the processes of `--model`
    public BenchCommand(String mainClass) {
        this.mainClass = mainClass;
    }

    @Override
    public Integer call() {
        checkPositive();
        return url == null ? benchOwnServer() : bench(url);
    }

    private int benchOwnServer() {
        options.flag("bench", "http.port", 0).flag("bench", "grpc.port", 0);
        Map<String, String> environment = System.getenv();
        Config config = options.load(environment);
        try (LocalServer server =
                new LocalServer(mainClass, config, options.environment(environment), Console.ofProcess())) {
            return bench(server.startHttp());
        }
    }

    private int bench(URI url) {
        try (CompletionsClient client = new CompletionsClient(url, Duration.ofSeconds(timeoutSeconds))) {
            BenchReport report = measure(client, url);
            PrintWriter out = spec.commandLine().getOut();
            out.print(report.table());
            out.flush();
            if (json != null) {
                write(report, json);
            }
        }
        return 0;
    }

    private BenchReport measure(CompletionsClient client, URI url) {
        Measurements measurements = new Measurements(client, vocabulary, seed);
        measurements.prefill(promptTokens.getFirst(), 2); // warms up the server's JVMs
        measurements.decode(1, 16, decodeTokens);
        Optional<JsonNode> before = client.stats();
        List<BenchReport.Prefill> prefill = promptTokens.stream()
                .map(tokens -> measurements.prefill(tokens, repeats))
                .toList();
        List<BenchReport.Decode> decode = batches.stream()
                .map(batch -> measurements.decode(batch, 16, decodeTokens))
                .toList();
        String version = BenchCommand.class.getPackage().getImplementationVersion();
        return new BenchReport(
                version == null ? "unpackaged" : version,
                measurements.model(),
                url.toString(),
                Runtime.getRuntime().availableProcessors(),
                seed,
                prefill,
                decode,
                StepTimes.between(before, client.stats()).orElse(null));
    }

    private void checkPositive() {
        boolean positive = decodeTokens > 1
                && repeats > 0
                && vocabulary > 0
                && timeoutSeconds > 0
                && promptTokens.stream().allMatch(tokens -> tokens > 0)
                && batches.stream().allMatch(batch -> batch > 0);
        if (!positive) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "expected positive numbers, and at least 2 tokens to decode");
        }
    }

    private static void write(BenchReport report, Path file) {
        try {
            Files.writeString(file, report.json() + "\n");
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
