package io.thunderhead.coordinator.engine;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a generation's results go, in order: prompt scores if asked for, tokens, then exactly one of `ended`/`failed`.
public interface TokenSink {
    /// Its first step is on its way.
    default void started() {}

    /// A step that it took part in with so many rows is done; what came of it follows.
    default void stepped(int rows) {}

    /// The prompt has been read that far; comes with every chunk of it, each time with more. Only for people: may be
    /// left unheard.
    default void promptRead(int tokens) {}

    /// @param scores entry i is of prompt token i + 1; called once, with all of them
    void promptScored(List<TokenLogprobs> scores);

    /// A token was chosen; the stop token itself is delivered too (the API leaves it out of the text).
    void token(int tokenId, @Nullable TokenLogprobs logprobs);

    void ended(FinishReason reason, Usage usage);

    void failed(ServingException error);

    enum FinishReason {
        STOP,
        LENGTH,
        CANCELLED
    }

    /// @param cachedTokens prompt tokens that were not computed because a snapshot held them
    record Usage(int promptTokens, int cachedTokens, int completionTokens) {}
}
