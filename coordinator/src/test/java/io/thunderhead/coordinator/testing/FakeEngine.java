package io.thunderhead.coordinator.testing;

import io.thunderhead.coordinator.engine.Engine;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An engine that generates what a script says, on a thread of its own, or what the test tells it step by step.
public final class FakeEngine implements Engine {
    private final @Nullable Function<GenerationRequest, int[]> script;
    private final BlockingQueue<FakeGeneration> submitted = new LinkedBlockingQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger submissions = new AtomicInteger();
    private volatile int runningMax = Integer.MAX_VALUE;

    private FakeEngine(@Nullable Function<GenerationRequest, int[]> script) {
        this.script = script;
    }

    /// Answers every request with these tokens, cut at `maxTokens` and after the first stop token.
    public static FakeEngine scripted(Function<GenerationRequest, int[]> script) {
        return new FakeEngine(script);
    }

    /// Generates nothing until the test does it through [#awaitGeneration].
    public static FakeEngine manual() {
        return new FakeEngine(null);
    }

    /// More running generations than this are refused with QUEUE_FULL.
    public FakeEngine runningMax(int max) {
        runningMax = max;
        return this;
    }

    @Override
    public Generation submit(GenerationRequest request, TokenSink sink) {
        if (running.incrementAndGet() > runningMax) {
            running.decrementAndGet();
            throw ServingException.rejected(ErrorCode.QUEUE_FULL, "the queue is full", Duration.ofMillis(1500));
        }
        submissions.incrementAndGet();
        FakeGeneration generation = new FakeGeneration(request, sink, running::decrementAndGet);
        if (script == null) {
            submitted.add(generation);
        } else {
            int[] tokens = script.apply(request);
            Thread.ofVirtual().name("fake-engine").start(() -> generation.play(tokens));
        }
        return generation;
    }

    @Override
    public int contextMax() {
        return 4096;
    }

    /// The next generation that was submitted, in order.
    public FakeGeneration awaitGeneration() {
        try {
            FakeGeneration next = submitted.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("no generation was submitted within 10 s");
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Generations that have not ended.
    public int running() {
        return running.get();
    }

    public int submissions() {
        return submissions.get();
    }
}
