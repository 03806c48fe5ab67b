package io.thunderhead.coordinator.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Makes spans of what a sequence tells its sink: `queue`, `prefill`, `decode` one after the other, and `steps` below
/// the latter two. Owner: engine thread, once it was admitted.
final class SequenceSpans implements TokenSink {
    /// A span a step would be more than anyone looks at.
    static final int STEPS_PER_SPAN = 64;

    private static final AttributeKey<List<String>> FINISH_REASONS =
            AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");

    private final Tracer tracer;
    private final Context request;
    private final String sequenceId;
    private final TokenSink sink;
    private Span phase;
    private Instant stepsSince = Instant.now();
    private int steps;
    private int rows;
    private boolean decoding;

    SequenceSpans(Tracer tracer, Context request, GenerationRequest generation, TokenSink sink) {
        this.tracer = tracer;
        this.request = request;
        this.sequenceId = generation.requestId();
        this.sink = sink;
        this.phase = phase("queue");
    }

    private Span phase(String name) {
        return tracer.spanBuilder(name)
                .setParent(request)
                .setAttribute("thunderhead.sequence.id", sequenceId)
                .startSpan();
    }

    private void enter(String name) {
        endSteps();
        phase.end();
        phase = phase(name);
        stepsSince = Instant.now();
    }

    @Override
    public void started() {
        enter("prefill");
        sink.started();
    }

    @Override
    public void stepped(int stepRows) {
        steps++;
        rows += stepRows;
        if (steps == STEPS_PER_SPAN) {
            endSteps();
        }
        sink.stepped(stepRows);
    }

    private void endSteps() {
        if (steps == 0) {
            return;
        }
        Instant now = Instant.now();
        tracer.spanBuilder("steps")
                .setParent(request.with(phase))
                .setStartTimestamp(stepsSince)
                .setAttribute("thunderhead.steps", steps)
                .setAttribute("thunderhead.rows", rows)
                .startSpan()
                .end(now);
        stepsSince = now;
        steps = 0;
        rows = 0;
    }

    @Override
    public void promptRead(int tokens) {
        sink.promptRead(tokens);
    }

    @Override
    public void promptScored(List<TokenLogprobs> scores) {
        sink.promptScored(scores);
    }

    @Override
    public void token(int tokenId, @Nullable TokenLogprobs logprobs) {
        if (!decoding) {
            decoding = true;
            enter("decode");
        }
        sink.token(tokenId, logprobs);
    }

    @Override
    public void ended(FinishReason reason, Usage usage) {
        endSteps();
        phase.end();
        Span.fromContext(request)
                .setAttribute("gen_ai.usage.input_tokens", usage.promptTokens())
                .setAttribute("gen_ai.usage.output_tokens", usage.completionTokens())
                .setAttribute(FINISH_REASONS, List.of(reason.name().toLowerCase(Locale.ROOT)));
        sink.ended(reason, usage);
    }

    @Override
    public void failed(ServingException error) {
        endFailed(error);
        sink.failed(error);
    }

    /// It was never admitted.
    void refused(ServingException error) {
        endFailed(error);
    }

    private void endFailed(ServingException error) {
        endSteps();
        phase.setAttribute("error.type", error.code().name()).setStatus(StatusCode.ERROR);
        phase.end();
    }
}
