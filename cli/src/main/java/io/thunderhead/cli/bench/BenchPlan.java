package io.thunderhead.cli.bench;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// What is measured: options of the command, and the run.
final class BenchPlan {
    private static final List<Integer> LENGTHS = List.of(256, 1024, 4096, 16_384, 65_536);
    private static final List<Integer> QUICK_LENGTHS = List.of(256, 1024);
    private static final List<Integer> BATCHES = List.of(1, 4, 16, 64);
    private static final List<Integer> QUICK_BATCHES = List.of(1, 4, 16);
    private static final int LOAD_SECONDS = 60;
    private static final int QUICK_LOAD_SECONDS = 15;
    private static final int LOAD_ANSWER_TOKENS = 32;
    /// More than a stream decodes beside the longest prompt.
    private static final int STREAM_TOKENS = 16_384;

    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final int WARM_UP_TOKENS = 512;

    @Option(
            names = "--scenario",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "prefill,decode,load",
            description = "Some of prefill, decode, load, long-prompt; default ${DEFAULT-VALUE}.")
    private List<String> scenarioNames = List.of();

    @Option(
            names = "--quick",
            description = "Only short prompts, small batches and a short load, about a minute, unless they are given.")
    private boolean quick;

    @Option(
            names = "--prompt-tokens",
            split = ",",
            paramLabel = "N",
            description = "Prompt lengths for prefill; default 256,1024,4096,16384,65536 as far as the model goes.")
    private @Nullable List<Integer> promptTokens;

    @Option(
            names = "--batch",
            split = ",",
            paramLabel = "N",
            description = "Numbers of requests at once for decode; default 1,4,16,64.")
    private @Nullable List<Integer> batches;

    @Option(
            names = "--decode-tokens",
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens to generate for each request of a batch; default ${DEFAULT-VALUE}.")
    private int decodeTokens;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "3",
            description = "Runs of each prefill length that takes less than 20 s; default ${DEFAULT-VALUE}.")
    private int repeats;

    @Option(
            names = "--load-rate",
            paramLabel = "R",
            defaultValue = "0.5",
            description = "Requests a second of the load; default ${DEFAULT-VALUE}.")
    private double loadRate;

    @Option(names = "--load-seconds", paramLabel = "N", description = "How long requests of the load come; default 60.")
    private @Nullable Integer loadSeconds;

    @Option(
            names = "--load-prompts",
            split = ",",
            paramLabel = "N",
            defaultValue = "64,256,1024",
            description = "Prompt lengths of the load, mixed evenly; default ${DEFAULT-VALUE}.")
    private List<Integer> loadPrompts = List.of();

    @Option(
            names = "--long-prompt",
            paramLabel = "N",
            defaultValue = "65536",
            description = "Tokens of the long prompt; default ${DEFAULT-VALUE}.")
    private int longPrompt;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "4",
            description = "Streams that run beside the long prompt; default ${DEFAULT-VALUE}.")
    private int streams;

    /// Throws INVALID_REQUEST.
    void check() {
        boolean positive = decodeTokens > 1
                && repeats > 0
                && longPrompt > 0
                && streams > 0
                && (loadSeconds == null || loadSeconds > 0)
                && Stream.of(lengths(Integer.MAX_VALUE), batches(), loadPrompts)
                        .flatMap(List::stream)
                        .allMatch(number -> number > 0);
        if (!positive) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "expected positive numbers, and at least 2 tokens to decode");
        }
        scenarios();
        load();
    }

    private Set<Scenario> scenarios() {
        Set<Scenario> scenarios = EnumSet.noneOf(Scenario.class);
        scenarioNames.forEach(name -> scenarios.add(Scenario.of(name)));
        return scenarios;
    }

    /// Lengths that were asked for, or as many of the usual ones as a context has room for.
    private List<Integer> lengths(int contextMax) {
        if (promptTokens != null) {
            return promptTokens;
        }
        return (quick ? QUICK_LENGTHS : LENGTHS)
                .stream()
                        .filter(length -> length < contextMax - Bench.TOKENS_AFTER_PREFILL)
                        .toList();
    }

    private List<Integer> batches() {
        return batches != null ? batches : quick ? QUICK_BATCHES : BATCHES;
    }

    private Load load() {
        int seconds = loadSeconds != null ? loadSeconds : quick ? QUICK_LOAD_SECONDS : LOAD_SECONDS;
        return new Load(loadRate, Duration.ofSeconds(seconds), loadPrompts, LOAD_ANSWER_TOKENS);
    }

    /// Most requests at once; of a load as many as are likely.
    int sequences() {
        return Math.max(Collections.max(batches()), streams + 1);
    }

    /// Of the longest sequence.
    int contextTokens(int contextMax) {
        Set<Scenario> scenarios = scenarios();
        IntStream prompts = IntStream.concat(
                scenarios.contains(Scenario.PREFILL)
                        ? lengths(contextMax).stream().mapToInt(length -> length)
                        : IntStream.of(WARM_UP_TOKENS),
                scenarios.contains(Scenario.LOAD)
                        ? loadPrompts.stream().mapToInt(length -> length)
                        : IntStream.empty());
        int longest = prompts.max().orElse(WARM_UP_TOKENS) + Math.max(decodeTokens, LOAD_ANSWER_TOKENS);
        boolean streaming = scenarios.contains(Scenario.LONG_PROMPT);
        int needed = streaming ? Math.max(longest, Math.max(longPrompt, STREAM_TOKENS) + LOAD_ANSWER_TOKENS) : longest;
        return Math.min(contextMax, needed);
    }

    /// @param say told each number as it comes
    Measured run(Bench bench, CompletionsClient client, int contextMax, Consumer<String> say) {
        Set<Scenario> scenarios = scenarios();
        bench.prefill(Math.min(WARM_UP_TOKENS, contextMax / 2), 2); // warms up the server's JVMs
        bench.decode(1, decodeTokens);
        Optional<JsonNode> before = client.stats();
        List<BenchReport.Prefill> prefill = new ArrayList<>();
        List<BenchReport.Decode> decode = new ArrayList<>();
        if (scenarios.contains(Scenario.PREFILL)) {
            for (int length : lengths(contextMax)) {
                prefill.add(bench.prefill(length, repeats));
                say.accept("prefill of %d: %.1f tokens/s"
                        .formatted(length, prefill.getLast().tokensPerSecond()));
            }
        }
        if (scenarios.contains(Scenario.DECODE)) {
            for (int batch : batches()) {
                decode.add(bench.decode(batch, decodeTokens));
                say.accept("decode of %d: %.1f tokens/s"
                        .formatted(batch, decode.getLast().tokensPerSecond()));
            }
        }
        return new Measured(
                prefill,
                decode,
                scenarios.contains(Scenario.LOAD) ? bench.load(load()) : null,
                scenarios.contains(Scenario.LONG_PROMPT)
                        ? bench.longPrompt(longPrompt, streams, Math.min(STREAM_TOKENS, contextMax / 2), QUIET)
                        : null,
                StepTimes.between(before, client.stats()).orElse(null));
    }
}
