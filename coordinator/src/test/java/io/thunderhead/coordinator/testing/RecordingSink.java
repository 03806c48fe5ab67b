package io.thunderhead.coordinator.testing;

import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Remembers a generation and refuses calls in the wrong order.
public final class RecordingSink implements TokenSink {
    private final List<Integer> reads = new ArrayList<>();
    private final List<Integer> tokens = new ArrayList<>();
    private @Nullable List<TokenLogprobs> promptScores;
    private @Nullable FinishReason reason;
    private @Nullable Usage usage;
    private @Nullable ServingException error;

    @Override
    public void promptRead(int tokens) {
        check(reads.isEmpty() || tokens > reads.getLast(), "read no further");
        reads.add(tokens);
    }

    /// How far the prompt was read, as often as it was told.
    public List<Integer> reads() {
        return reads;
    }

    @Override
    public void promptScored(List<TokenLogprobs> scores) {
        check(promptScores == null && tokens.isEmpty(), "prompt scores twice or late");
        promptScores = scores;
    }

    @Override
    public void token(int tokenId, @Nullable TokenLogprobs logprobs) {
        check(true, "token");
        tokens.add(tokenId);
    }

    @Override
    public void ended(FinishReason reason, Usage usage) {
        check(true, "ended");
        this.reason = reason;
        this.usage = usage;
    }

    @Override
    public void failed(ServingException error) {
        check(true, "failed");
        this.error = error;
    }

    /// An Error, so that the engine does not take it for a sink's own trouble.
    private void check(boolean right, String call) {
        if (!right || over()) {
            throw new AssertionError("sink: " + call + " after " + tokens.size() + " tokens, over: " + over());
        }
    }

    public boolean over() {
        return reason != null || error != null;
    }

    public List<Integer> tokens() {
        return tokens;
    }

    public @Nullable List<TokenLogprobs> promptScores() {
        return promptScores;
    }

    public @Nullable FinishReason reason() {
        return reason;
    }

    public @Nullable Usage usage() {
        return usage;
    }

    public @Nullable ServingException error() {
        return error;
    }
}
