package io.thunderhead.cli.bench;

import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Runs prompts against a server and turns arrival times into speeds. Every prompt is new, so that no cache answers.
final class Bench {
    private static final int SHORT_PROMPT = 16;
    /// Decoded after each prefill, to see how long a token takes at that length.
    static final int TOKENS_AFTER_PREFILL = 9;
    /// A prompt that took so long is not sent again.
    private static final double SECONDS_WORTH_REPEATING = 20;

    private final CompletionsClient client;
    private final String model;
    private final int vocabulary;
    private final Random random;
    private final CeilingWatch ceilings;

    /// @param vocabulary prompts use ids below it
    Bench(CompletionsClient client, int vocabulary, long seed, CeilingWatch ceilings) {
        this.client = client;
        this.model = client.model();
        this.vocabulary = vocabulary;
        this.random = new Random(seed);
        this.ceilings = ceilings;
    }

    String model() {
        return model;
    }

    /// One request at a time.
    BenchReport.Prefill prefill(int promptTokens, int repeats) {
        List<TokenTimes> runs = new ArrayList<>();
        List<Double> parts = new ArrayList<>();
        ceilings.begin();
        do {
            TokenTimes run = client.generate(model, prompt(promptTokens), TOKENS_AFTER_PREFILL);
            runs.add(run);
            ceilings.part(promptTokens / run.secondsToFirstToken(), roof -> roof.prefillTokensPerSecond(promptTokens))
                    .ifPresent(parts::add);
        } while (runs.size() < repeats && runs.getLast().secondsToFirstToken() < SECONDS_WORTH_REPEATING);
        Spread ttft = Spread.of(each(runs, TokenTimes::secondsToFirstToken));
        return new BenchReport.Prefill(
                promptTokens,
                promptTokens / ttft.p50Seconds(),
                parts.isEmpty()
                        ? null
                        : Spread.median(parts.stream().mapToDouble(part -> part).toArray()),
                ttft.p50Seconds(),
                ttft.maxSeconds(),
                Spread.median(each(runs, TokenTimes::secondsPerToken)));
    }

    /// `batch` requests at once; the speed counts what arrives while all of them decode, from the moment the last of
    /// them has its first token until the first of them has its last.
    BenchReport.Decode decode(int batch, int tokens) {
        ceilings.begin();
        List<TokenTimes> runs = together(IntStream.range(0, batch)
                .mapToObj(i -> prompt(SHORT_PROMPT))
                .map(prompt -> (Callable<TokenTimes>) () -> client.generate(model, prompt, tokens))
                .toList());
        double speed = decodeSpeed(runs);
        return new BenchReport.Decode(
                batch,
                SHORT_PROMPT,
                tokens,
                speed,
                ceilings.part(speed, roof -> roof.decodeTokensPerSecond(batch)).orElse(null),
                Spread.median(each(runs, TokenTimes::secondsPerToken)),
                Spread.median(each(runs, TokenTimes::secondsToFirstToken)));
    }

    private static double decodeSpeed(List<TokenTimes> runs) {
        LongSummaryStatistics first =
                runs.stream().mapToLong(TokenTimes::firstNanos).summaryStatistics();
        LongSummaryStatistics last =
                runs.stream().mapToLong(TokenTimes::lastNanos).summaryStatistics();
        boolean together = first.getMax() < last.getMin();
        long fromNanos = together ? first.getMax() : first.getMin();
        long toNanos = together ? last.getMin() : last.getMax();
        return gaps(runs, fromNanos + 1, toNanos + 1).length / ((toNanos - fromNanos) / 1e9);
    }

    BenchReport.Loaded load(Load load) {
        long beginNanos = System.nanoTime();
        List<TokenTimes> runs = together(load.arrivals(random).stream()
                .map(arrival -> {
                    List<Integer> prompt = prompt(arrival.promptTokens());
                    return (Callable<TokenTimes>) () -> {
                        TimeUnit.NANOSECONDS.sleep(beginNanos + arrival.atNanos() - System.nanoTime());
                        return client.generate(model, prompt, load.answerTokens());
                    };
                })
                .toList());
        double seconds = (System.nanoTime() - beginNanos) / 1e9;
        int tokens = runs.stream().mapToInt(TokenTimes::count).sum();
        return new BenchReport.Loaded(
                load.requestsPerSecond(),
                load.promptTokens(),
                load.answerTokens(),
                runs.size(),
                tokens / seconds,
                Spread.of(each(runs, TokenTimes::secondsToFirstToken)),
                Spread.of(runs.stream()
                        .flatMapToDouble(run -> DoubleStream.of(run.gaps()))
                        .toArray()));
    }

    /// `streams` requests decode all the while; in between a long prompt comes.
    ///
    /// @param answerTokensMax more than a stream generates in all
    /// @param quiet time before the long prompt, and after its first token
    BenchReport.LongPrompt longPrompt(int promptTokens, int streams, int answerTokensMax, Duration quiet) {
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TokenTimes>> running = Stream.generate(() -> prompt(SHORT_PROMPT))
                    .limit(streams)
                    .map(prompt ->
                            threads.submit(() -> client.generate(model, prompt, answerTokensMax, () -> !over.get())))
                    .toList();
            long fromNanos = System.nanoTime() + quiet.toNanos() / 2; // by then all of them decode
            TimeUnit.NANOSECONDS.sleep(quiet.toNanos() / 2 + quiet.toNanos());
            long sentNanos = System.nanoTime();
            TokenTimes prompt = client.generate(model, prompt(promptTokens), 1);
            TimeUnit.NANOSECONDS.sleep(quiet.toNanos());
            long endNanos = System.nanoTime();
            over.set(true);
            List<TokenTimes> runs = new ArrayList<>();
            for (Future<TokenTimes> stream : running) {
                runs.add(stream.get());
            }
            return new BenchReport.LongPrompt(
                    promptTokens,
                    streams,
                    prompt.secondsToFirstToken(),
                    promptTokens / prompt.secondsToFirstToken(),
                    Spread.of(gaps(runs, fromNanos, sentNanos)),
                    Spread.of(gaps(runs, sentNanos, prompt.firstNanos())),
                    Spread.of(gaps(runs, prompt.firstNanos(), endNanos)));
        } catch (ExecutionException e) {
            throw ServingException.of(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServingException.of(e);
        } finally {
            over.set(true);
        }
    }

    private List<Integer> prompt(int tokens) {
        return random.ints(tokens, 0, vocabulary).boxed().toList();
    }

    private static double[] gaps(List<TokenTimes> runs, long fromNanos, long toNanos) {
        return runs.stream()
                .flatMapToDouble(run -> DoubleStream.of(run.gaps(fromNanos, toNanos)))
                .toArray();
    }

    private static double[] each(List<TokenTimes> runs, ToDoubleFunction<TokenTimes> seconds) {
        return runs.stream().mapToDouble(seconds).toArray();
    }

    private static List<TokenTimes> together(List<Callable<TokenTimes>> requests) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<TokenTimes> runs = new ArrayList<>();
            for (Future<TokenTimes> request : threads.invokeAll(requests)) {
                runs.add(request.get());
            }
            return runs;
        } catch (ExecutionException e) {
            throw ServingException.of(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServingException.of(e);
        }
    }
}
