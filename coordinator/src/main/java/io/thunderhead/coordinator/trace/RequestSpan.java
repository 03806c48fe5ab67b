package io.thunderhead.coordinator.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ErrorFamily;

/// The span of one request. Thread-safe.
public final class RequestSpan {
    /// Of a request that nobody traces.
    public static final RequestSpan NONE = new RequestSpan(Span.getInvalid());

    private final Span span;

    RequestSpan(Span span) {
        this.span = span;
    }

    /// What this thread submits within to the engine belongs to the request.
    public <E extends Exception> void run(Work<E> work) throws E {
        try (var _ = span.makeCurrent()) {
            work.run();
        }
    }

    /// What a request makes this thread do.
    @FunctionalInterface
    public interface Work<E extends Exception> {
        void run() throws E;
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
