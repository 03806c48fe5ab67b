package io.thunderhead.coordinator.http;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.Consumer;

/// Collects a request's body and gives up when it is too long or too slow. Owned by the event loop, which calls exactly
/// one of the two callbacks, or none if [#abandon] comes before.
final class RequestBody {
    private static final long SHORT_BYTES_MAX = 64 << 10;

    private final RequestGate.Ticket ticket;
    private final long bytesMax;
    private final Buffer collected = Buffer.buffer();
    private Consumer<byte[]> onWhole = bytes -> {};
    private Consumer<ServingException> onFailure = error -> {};
    private Runnable cancelTimeout = () -> {};
    private boolean ended;

    RequestBody(RequestGate.Ticket ticket, long bytesMax) {
        this.ticket = ticket;
        this.bytesMax = bytesMax;
    }

    void onWhole(Consumer<byte[]> action) {
        onWhole = action;
    }

    void onFailure(Consumer<ServingException> action) {
        onFailure = action;
    }

    void read(Vertx vertx, HttpServerRequest request, Duration timeout) {
        long timer = vertx.setTimer(
                timeout.toMillis(),
                id -> fail(new ServingException(
                        ErrorCode.REQUEST_TIMEOUT, "the body did not arrive within " + timeout.toMillis() + " ms")));
        cancelTimeout = () -> vertx.cancelTimer(timer);
        request.handler(this::add);
        request.endHandler(end -> whole());
    }

    /// The client has gone. The timer would keep what was collected for long after its ticket was given back.
    void abandon() {
        end();
    }

    /// Refuses by the head alone: announced length, coding.
    static void checkHead(HttpServerRequest request, long bytesMax) {
        if (announcedLength(request) > bytesMax) {
            throw tooLarge(bytesMax);
        }
        String coding = request.getHeader("content-encoding");
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "content-encoding: expected identity, got '" + coding + "'");
        }
    }

    /// Whether dropping the rest of the body costs less than a new connection.
    static boolean isShort(HttpServerRequest request) {
        return announcedLength(request) <= SHORT_BYTES_MAX && !request.headers().contains("transfer-encoding");
    }

    /// 0 if none is announced; the protocol's decoder has checked that it is a number.
    private static long announcedLength(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        return length == null ? 0 : Long.parseLong(length);
    }

    private void add(Buffer chunk) {
        if (ended) {
            return;
        }
        if (collected.length() + (long) chunk.length() > bytesMax) {
            fail(tooLarge(bytesMax));
            return;
        }
        try {
            ticket.addBodyBytes(chunk.length());
            collected.appendBuffer(chunk);
        } catch (ServingException e) {
            fail(e);
        }
    }

    private void whole() {
        if (end()) {
            onWhole.accept(collected.getBytes());
        }
    }

    private void fail(ServingException error) {
        if (end()) {
            onFailure.accept(error);
        }
    }

    /// Whether it had not ended before.
    private boolean end() {
        boolean first = !ended;
        ended = true;
        cancelTimeout.run();
        return first;
    }

    private static ServingException tooLarge(long bytesMax) {
        return new ServingException(
                ErrorCode.REQUEST_TOO_LARGE, "the body: expected at most " + bytesMax + " bytes, got more");
    }
}
