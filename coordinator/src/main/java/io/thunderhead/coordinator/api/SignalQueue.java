package io.thunderhead.coordinator.api;

import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// From the engine's thread, which never waits, to the reader, which may be as slow as its client: holds at most what
/// the choices may generate.
final class SignalQueue {
    private static final Signal WAKE = new Signal.Wake();

    private final LinkedBlockingQueue<Signal> signals;

    /// @param tokensMax of all choices together
    SignalQueue(long tokensMax, int choiceCount) {
        long signalsMax = tokensMax + 3L * choiceCount + 1;
        this.signals = new LinkedBlockingQueue<>((int) Math.min(signalsMax, Integer.MAX_VALUE));
    }

    @Nullable
    Signal poll(long wait, TimeUnit unit) throws InterruptedException {
        return signals.poll(wait, unit);
    }

    /// A full queue wakes the reader anyway.
    @SuppressWarnings("ResultOfMethodCallIgnored") // see above
    void wake() {
        signals.offer(WAKE);
    }

    TokenSink sink(int choice) {
        AtomicInteger unseen = new AtomicInteger();
        return new TokenSink() {
            // At most one such signal of a choice waits, however long the prompt.
            @Override
            public void promptRead(int tokens) {
                if (unseen.getAndSet(tokens) == 0) {
                    put(new Signal.PromptRead(choice, unseen));
                }
            }

            @Override
            public void promptScored(List<TokenLogprobs> scores) {
                put(new Signal.Scored(choice, scores));
            }

            @Override
            public void token(int tokenId, @Nullable TokenLogprobs logprobs) {
                put(new Signal.Generated(choice, new Token(tokenId, logprobs)));
            }

            @Override
            public void ended(FinishReason reason, Usage usage) {
                put(new Signal.Ended(choice, reason, usage));
            }

            @Override
            public void failed(ServingException error) {
                put(new Signal.Failed(choice, error));
            }
        };
    }

    private void put(Signal signal) {
        if (!signals.offer(signal)) {
            throw new IllegalStateException("the engine sent more than the tokens asked for");
        }
    }
}
