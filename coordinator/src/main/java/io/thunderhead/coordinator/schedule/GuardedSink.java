package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the engine thread alive when a sink throws: such a sink is not called again, and its sequence counts as
/// cancelled. Owner: engine thread.
final class GuardedSink implements TokenSink {
    private static final Logger log = LoggerFactory.getLogger(GuardedSink.class);

    private final String requestId;
    private final TokenSink sink;
    private boolean broken;

    GuardedSink(String requestId, TokenSink sink) {
        this.requestId = requestId;
        this.sink = sink;
    }

    boolean broken() {
        return broken;
    }

    @Override
    public void promptRead(int tokens) {
        guard(() -> sink.promptRead(tokens));
    }

    @Override
    public void started() {
        guard(sink::started);
    }

    @Override
    public void stepped(int rows) {
        guard(() -> sink.stepped(rows));
    }

    @Override
    public void promptScored(List<TokenLogprobs> scores) {
        guard(() -> sink.promptScored(scores));
    }

    @Override
    public void token(int tokenId, @Nullable TokenLogprobs logprobs) {
        guard(() -> sink.token(tokenId, logprobs));
    }

    @Override
    public void ended(FinishReason reason, Usage usage) {
        guard(() -> sink.ended(reason, usage));
    }

    @Override
    public void failed(ServingException error) {
        guard(() -> sink.failed(error));
    }

    private void guard(Runnable delivery) {
        if (broken) {
            return;
        }
        try {
            delivery.run();
        } catch (RuntimeException e) {
            broken = true;
            log.warn("request {}: its sink threw, dropping it", requestId, e);
        }
    }
}
