package io.thunderhead.cli.bench;

import io.thunderhead.core.error.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Runs prompts against a server and turns arrival times into speeds. Every prompt is new, so that no cache answers.
final class Measurements {
    private final CompletionsClient client;
    private final String model;
    private final int vocabulary;
    private final Random random;

    /// @param vocabulary prompts use ids below it
    Measurements(CompletionsClient client, int vocabulary, long seed) {
        this.client = client;
        this.model = client.model();
        this.vocabulary = vocabulary;
        this.random = new Random(seed);
    }

    String model() {
        return model;
    }

    /// One request at a time.
    BenchReport.Prefill prefill(int promptTokens, int repeats) {
        double[] seconds = IntStream.range(0, repeats)
                .mapToDouble(
                        i -> client.generate(model, prompt(promptTokens), 1).secondsToFirstToken())
                .toArray();
        double median = median(seconds);
        double slowest = DoubleStream.of(seconds).max().orElseThrow();
        return new BenchReport.Prefill(promptTokens, promptTokens / median, median, slowest);
    }

    /// `batch` requests at once; the speed counts all tokens but the first of each, from the first token that
    /// arrives to the last.
    BenchReport.Decode decode(int batch, int promptTokens, int tokens) {
        List<GenerationTiming> timings = together(IntStream.range(0, batch)
                .mapToObj(i -> prompt(promptTokens))
                .map(prompt -> (Callable<GenerationTiming>) () -> client.generate(model, prompt, tokens))
                .toList());
        long firstNanos = timings.stream()
                .mapToLong(GenerationTiming::firstTokenNanos)
                .min()
                .orElseThrow();
        long lastNanos = timings.stream()
                .mapToLong(GenerationTiming::lastTokenNanos)
                .max()
                .orElseThrow();
        int decoded = timings.stream().mapToInt(timing -> timing.tokens() - 1).sum();
        double tpot = median(
                timings.stream().mapToDouble(GenerationTiming::secondsPerToken).toArray());
        double ttft = median(timings.stream()
                .mapToDouble(GenerationTiming::secondsToFirstToken)
                .toArray());
        return new BenchReport.Decode(
                batch, promptTokens, tokens, decoded / ((lastNanos - firstNanos) / 1e9), tpot, ttft);
    }

    private List<Integer> prompt(int tokens) {
        return random.ints(tokens, 0, vocabulary).boxed().toList();
    }

    private static List<GenerationTiming> together(List<Callable<GenerationTiming>> requests) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<GenerationTiming> timings = new ArrayList<>();
            for (Future<GenerationTiming> request : threads.invokeAll(requests)) {
                timings.add(request.get());
            }
            return timings;
        } catch (ExecutionException e) {
            throw ServingException.of(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServingException.of(e);
        }
    }

    private static double median(double[] values) {
        double[] sorted = DoubleStream.of(values).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
