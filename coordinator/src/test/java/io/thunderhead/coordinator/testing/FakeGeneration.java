package io.thunderhead.coordinator.testing;

import io.thunderhead.coordinator.engine.Engine;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One generation of a [FakeEngine]. Keeps the port's contract: nothing but `ended` after a cancel, one end.
public final class FakeGeneration implements Engine.Generation {
    public static final int CACHED_TOKENS = 2;

    private final GenerationRequest request;
    private final TokenSink sink;
    private final Runnable onEnd;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private int generated;
    private boolean ended;

    FakeGeneration(GenerationRequest request, TokenSink sink, Runnable onEnd) {
        this.request = request;
        this.sink = sink;
        this.onEnd = onEnd;
    }

    public GenerationRequest request() {
        return request;
    }

    public synchronized void emit(int... tokenIds) {
        for (int id : tokenIds) {
            if (!ended) {
                generated++;
                sink.token(id, request.sampling().logprobs() < 0 ? null : logprobs(id));
            }
        }
    }

    public void emit(String text) {
        emit(new FakeTokenizer().encode(text));
    }

    public synchronized void end(FinishReason reason) {
        if (!ended) {
            ended = true;
            onEnd.run();
            sink.ended(reason, new Usage(request.promptIds().size(), CACHED_TOKENS, generated));
        }
    }

    public synchronized void fail(ServingException error) {
        if (!ended) {
            ended = true;
            onEnd.run();
            sink.failed(error);
        }
    }

    @Override
    public void cancel() {
        cancelled.countDown();
        end(FinishReason.CANCELLED);
    }

    /// Whether it was cancelled within this time.
    public boolean awaitCancel(long seconds) throws InterruptedException {
        return cancelled.await(seconds, TimeUnit.SECONDS);
    }

    void play(int[] script) {
        sink.promptRead(request.promptIds().size());
        if (request.promptLogprobs() >= 0) {
            scorePrompt();
        }
        for (int i = 0; i < script.length && i < request.maxTokens(); i++) {
            emit(script[i]);
            if (request.stopTokenIds().contains(script[i])) {
                end(FinishReason.STOP);
            }
        }
        end(script.length < request.maxTokens() ? FinishReason.STOP : FinishReason.LENGTH);
    }

    private synchronized void scorePrompt() {
        sink.promptScored(IntStream.range(1, request.promptIds().size())
                .mapToObj(i -> scored(request.promptIds().get(i), request.promptLogprobs()))
                .toList());
    }

    private @Nullable TokenLogprobs logprobs(int id) {
        return scored(id, request.sampling().logprobs());
    }

    /// Each token is the most likely one with probability 1/2, its successors follow with 1/4, 1/8, ...
    private static TokenLogprobs scored(int id, int topCount) {
        List<TokenLogprobs.Alternative> top = IntStream.range(0, topCount)
                .mapToObj(i -> new TokenLogprobs.Alternative(id + i, (float) Math.log(Math.pow(2, -1 - i))))
                .toList();
        return new TokenLogprobs(id, (float) Math.log(0.5), 1, top);
    }
}
