package io.thunderhead.coordinator.api;

import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.engine.TokenSink.Usage;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// What the engine said of one choice, on its way to the thread that reads the stream.
sealed interface Signal {
    /// @param unseen tokens of the prompt read by now; the reader takes the number and leaves 0
    record PromptRead(int choice, AtomicInteger unseen) implements Signal {}

    record Scored(int choice, List<TokenLogprobs> scores) implements Signal {}

    record Generated(int choice, Token token) implements Signal {}

    record Ended(int choice, FinishReason reason, Usage usage) implements Signal {}

    record Failed(int choice, ServingException error) implements Signal {}

    /// Something other than the engine wants the reader's attention.
    record Wake() implements Signal {}
}
