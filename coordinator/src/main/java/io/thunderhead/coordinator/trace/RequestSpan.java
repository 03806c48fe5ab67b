package io.thunderhead.coordinator.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ErrorFamily;

/// The span of one request. Thread-safe, but for [#enter].
public final class RequestSpan {
    /// Of a request that nobody traces.
    public static final RequestSpan NONE = new RequestSpan(Span.getInvalid());

    private final Span span;

    RequestSpan(Span span) {
        this.span = span;
    }

    /// What is left on the thread that entered, before the span ends.
    public interface Entered extends AutoCloseable {
        @Override
        void close();
    }

    /// What this thread submits to the engine belongs to the request, until it leaves.
    public Entered enter() {
        Scope scope = span.makeCurrent();
        return scope::close;
    }

    /// As conventions have it, mistakes of clients are no errors of a server.
    public void failed(ErrorCode code) {
        span.setAttribute("error.type", code.name());
        if (code.family() != ErrorFamily.CLIENT) {
            span.setStatus(StatusCode.ERROR);
        }
    }

    public void end() {
        span.end();
    }
}
