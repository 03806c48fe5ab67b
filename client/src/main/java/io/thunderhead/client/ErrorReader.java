package io.thunderhead.client;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/// Turns a failed gRPC call into a [ServingException], by the trailers that inference.proto documents; without them
/// (the cluster was not reached, or something between answered) by the status alone.
final class ErrorReader {
    private static final Metadata.Key<String> CODE = key("thunderhead-error-code");
    private static final Metadata.Key<String> PARAMETER = key("thunderhead-parameter");
    private static final Metadata.Key<String> RETRY_AFTER_MILLIS = key("thunderhead-retry-after-ms");

    private ErrorReader() {}

    /// A call that was not cancelled on this side.
    ///
    /// @param started whether an event had come: then a lost connection is no longer "no work was done"
    static ServingException read(StatusRuntimeException failure, boolean started) {
        Status status = failure.getStatus();
        Metadata trailers = Objects.requireNonNullElseGet(failure.getTrailers(), Metadata::new);
        ErrorCode code = codeIn(trailers).orElseGet(() -> codeOf(status.getCode(), started));
        String message = message(status);
        String parameter = trailers.get(PARAMETER);
        if (parameter != null) {
            return ServingException.ofParameter(code, parameter, message);
        }
        return retryAfter(trailers)
                .map(after -> ServingException.rejected(code, message, after))
                .orElseGet(() -> new ServingException(code, message, failure));
    }

    static ServingException cancelled(StatusRuntimeException failure) {
        return new ServingException(ErrorCode.CANCELLED, "the call was cancelled by this client", failure);
    }

    /// gRPC calls all that befalls a connection an "io exception", with further lines of no use to a caller; what helps
    /// is in the cause.
    private static String message(Status status) {
        String description = status.getDescription();
        String said = description == null
                ? status.getCode().name()
                : description.lines().findFirst().orElse("");
        Throwable cause = status.getCause();
        return cause == null ? said : said + ": " + cause.getMessage();
    }

    private static Optional<ErrorCode> codeIn(Metadata trailers) {
        String name = trailers.get(CODE);
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(name))
                .findFirst();
    }

    private static ErrorCode codeOf(Status.Code status, boolean started) {
        return switch (status) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> ErrorCode.INVALID_REQUEST;
            case UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
            case PERMISSION_DENIED -> ErrorCode.PERMISSION_DENIED;
            case NOT_FOUND -> ErrorCode.NOT_FOUND;
            case UNIMPLEMENTED -> ErrorCode.METHOD_NOT_ALLOWED;
            case DEADLINE_EXCEEDED -> ErrorCode.DEADLINE_EXCEEDED;
            // gRPC's own use of it is a message above the limit of either side.
            case RESOURCE_EXHAUSTED -> ErrorCode.REQUEST_TOO_LARGE;
            // CANCELLED: cut off by the other side, for the caller knows when it cancelled itself.
            case UNAVAILABLE, CANCELLED -> started ? ErrorCode.INTERNAL : ErrorCode.NOT_READY;
            case OK, UNKNOWN, ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED, INTERNAL, DATA_LOSS -> ErrorCode.INTERNAL;
        };
    }

    private static Optional<Duration> retryAfter(Metadata trailers) {
        String millis = trailers.get(RETRY_AFTER_MILLIS);
        return millis != null && millis.matches("\\d{1,12}")
                ? Optional.of(Duration.ofMillis(Long.parseLong(millis)))
                : Optional.empty();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
