package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.openai.ErrorBody;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ErrorFamily;
import io.thunderhead.core.error.ServingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/// An error as the whole answer: status of its code, OpenAI's body, and whether and when to try again in the headers
/// that the clients obey.
final class ErrorReply {
    private static final Duration RETRY_AFTER_DEFAULT = Duration.ofSeconds(1);

    private ErrorReply() {}

    static void send(HttpServerResponse response, ServingException error) {
        ErrorCode code = error.code();
        response.setStatusCode(code.httpStatus());
        response.putHeader("content-type", "application/json");
        response.putHeader("x-should-retry", Boolean.toString(code.retryable()));
        if (code.retryable()) {
            long millis = error.retryAfter().orElse(RETRY_AFTER_DEFAULT).toMillis();
            response.putHeader("retry-after-ms", Long.toString(millis));
            response.putHeader("retry-after", Long.toString(Math.ceilDiv(millis, 1000)));
        }
        if (code == ErrorCode.UNAUTHENTICATED) {
            response.putHeader("www-authenticate", "Bearer");
        }
        response.end(Buffer.buffer(ErrorBody.of(error)));
    }

    /// What a client may see: the inner workings of a fault of ours stay in the log.
    static ServingException shown(ServingException error, String requestId) {
        return error.code().family() == ErrorFamily.INTERNAL && error.code() != ErrorCode.DEADLINE_EXCEEDED
                ? new ServingException(error.code(), "the server failed on request " + requestId + "; see its log")
                : error;
    }
}
