package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.openai.ApiCall;
import io.thunderhead.coordinator.openai.ErrorBody;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One accepted request. Its owner is the request's own thread; the event loop only tells that the client has gone.
final class VertxCall implements ApiCall {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final String requestId;
    private final String client;
    private final byte[] body;
    private final Duration writeTimeout;
    private final CompletableFuture<Void> gone;
    private boolean streaming;

    /// @param gone completes when the client goes away
    VertxCall(
            HttpServerRequest request,
            String requestId,
            String client,
            byte[] body,
            Duration writeTimeout,
            CompletableFuture<Void> gone) {
        this.request = request;
        this.response = request.response();
        this.requestId = requestId;
        this.client = client;
        this.body = body;
        this.writeTimeout = writeTimeout;
        this.gone = gone;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public String client() {
        return client;
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // an action that fails has nobody to tell
    public void onDisconnect(Runnable action) {
        gone.thenRun(action);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the client may go away; then nobody reads the answer
    public void reply(byte[] json) {
        checkPresent();
        response.putHeader("content-type", "application/json");
        response.end(Buffer.buffer(json));
    }

    @Override
    public void stream(byte[] text) {
        checkPresent();
        if (!streaming) {
            streaming = true;
            response.putHeader("content-type", "text/event-stream; charset=utf-8");
            response.putHeader("cache-control", "no-cache");
            response.putHeader("x-accel-buffering", "no");
            response.setChunked(true);
        }
        Future<Void> written = response.write(Buffer.buffer(text));
        if (response.writeQueueFull()) {
            await(written);
        }
    }

    /// Ends an answer that was streamed.
    @SuppressWarnings("FutureReturnValueIgnored") // as in reply
    void finish() {
        if (streaming && !gone.isDone()) {
            response.end();
        }
    }

    /// Instead of an answer, or as the last event of one that has begun.
    @SuppressWarnings("FutureReturnValueIgnored") // as in reply
    void fail(ServingException error) {
        if (gone.isDone()) {
            return;
        }
        if (streaming) {
            response.end(Buffer.buffer(ErrorBody.event(error)));
        } else {
            ErrorReply.send(response, error);
        }
    }

    private void checkPresent() {
        if (gone.isDone()) {
            throw new ServingException(ErrorCode.CANCELLED, "the client of request " + requestId + " has gone");
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closing cannot fail in a way that matters here
    private void await(Future<Void> written) {
        try {
            written.toCompletionStage().toCompletableFuture().get(writeTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            request.connection().close();
            throw new ServingException(
                    ErrorCode.REQUEST_TIMEOUT, "the client of request " + requestId + " does not read its answer", e);
        } catch (ExecutionException e) {
            throw new ServingException(ErrorCode.CANCELLED, "the client of request " + requestId + " has gone", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.SHUTTING_DOWN, "interrupted while writing " + requestId, e);
        }
    }
}
