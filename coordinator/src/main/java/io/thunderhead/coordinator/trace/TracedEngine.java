package io.thunderhead.coordinator.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.thunderhead.coordinator.engine.Engine;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.core.error.ServingException;

/// Listens to the sequences of sampled requests; others go by untouched.
record TracedEngine(Engine engine, Tracer tracer) implements Engine {
    @Override
    public Generation submit(GenerationRequest request, TokenSink sink) {
        Context context = Context.current();
        if (!Span.fromContext(context).isRecording()) {
            return engine.submit(request, sink);
        }
        SequenceSpans spans = new SequenceSpans(tracer, context, request, sink);
        try {
            return engine.submit(request, spans);
        } catch (ServingException e) {
            spans.refused(e);
            throw e;
        }
    }

    @Override
    public int contextMax() {
        return engine.contextMax();
    }
}
