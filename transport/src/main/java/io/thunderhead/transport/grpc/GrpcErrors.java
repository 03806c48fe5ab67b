package io.thunderhead.transport.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a [ServingException] crosses gRPC: the status its code stands for, its message as the status' description, and
/// its code's name, parameter and retry-after as trailers.
public final class GrpcErrors {
    public static final Metadata.Key<String> CODE =
            Metadata.Key.of("thunderhead-error-code", Metadata.ASCII_STRING_MARSHALLER);
    public static final Metadata.Key<String> PARAMETER =
            Metadata.Key.of("thunderhead-error-parameter", Metadata.ASCII_STRING_MARSHALLER);
    public static final Metadata.Key<String> RETRY_AFTER_MILLIS =
            Metadata.Key.of("thunderhead-retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);

    /// Netty's exceptions may quote all that came.
    private static final int CAUSE_CHARACTERS_MAX = 500;

    private GrpcErrors() {}

    public static Status status(ServingException error) {
        return Status.Code.valueOf(error.code().grpcStatus())
                .toStatus()
                .withDescription(error.getMessage())
                .withCause(error);
    }

    public static Metadata trailers(ServingException error) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, error.code().name());
        error.parameter().ifPresent(parameter -> trailers.put(PARAMETER, parameter));
        error.retryAfter().ifPresent(wait -> trailers.put(RETRY_AFTER_MILLIS, Long.toString(wait.toMillis())));
        return trailers;
    }

    /// For `StreamObserver.onError`.
    public static StatusRuntimeException toGrpc(ServingException error) {
        return status(error).asRuntimeException(trailers(error));
    }

    public static ServingException fromGrpc(StatusRuntimeException error) {
        return fromGrpc(error.getStatus(), error.getTrailers());
    }

    /// What the peer threw, or, if the trailers do not say, the code nearest to the status.
    public static ServingException fromGrpc(Status status, @Nullable Metadata trailers) {
        Metadata given = trailers == null ? new Metadata() : trailers;
        ErrorCode code = code(given).orElseGet(() -> nearest(status.getCode()));
        @Nullable String parameter = given.get(PARAMETER);
        if (parameter != null) {
            return ServingException.ofParameter(code, parameter, message(status));
        }
        return retryAfter(given)
                .map(wait -> ServingException.rejected(code, message(status), wait))
                .orElseGet(() -> new ServingException(code, message(status), status.getCause()));
    }

    /// The code the peer named, if it named one that this version knows.
    static Optional<ErrorCode> code(Metadata trailers) {
        @Nullable String name = trailers.get(CODE);
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(name))
                .findFirst();
    }

    static String message(Status status) {
        @Nullable String description = status.getDescription();
        return description == null ? "gRPC status " + status.getCode() : description;
    }

    /// What befell a connection. gRPC calls all of it an "io exception", and says in further lines where it was
    /// written; what helps is in the cause.
    static String connectionMessage(Status status) {
        String said = message(status).lines().findFirst().orElse("");
        @Nullable Throwable cause = status.getCause();
        return cause == null ? said : said + ": " + shortened(withRoot(cause));
    }

    private static String withRoot(Throwable failure) {
        Throwable root = failure;
        for (@Nullable Throwable cause = root; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        String message = String.valueOf(failure.getMessage());
        String reason = String.valueOf(root.getMessage());
        return message.contains(reason) ? message : message + ": " + reason;
    }

    private static String shortened(String message) {
        return message.substring(0, Math.min(message.length(), CAUSE_CHARACTERS_MAX));
    }

    private static Optional<Duration> retryAfter(Metadata trailers) {
        @Nullable String millis = trailers.get(RETRY_AFTER_MILLIS);
        return millis == null || !millis.matches("\\d{1,18}")
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(Long.parseLong(millis)));
    }

    private static ErrorCode nearest(Status.Code status) {
        return switch (status) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> ErrorCode.INVALID_REQUEST;
            case UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
            case PERMISSION_DENIED -> ErrorCode.PERMISSION_DENIED;
            case NOT_FOUND -> ErrorCode.NOT_FOUND;
            case UNIMPLEMENTED -> ErrorCode.METHOD_NOT_ALLOWED;
            case RESOURCE_EXHAUSTED ->
                ErrorCode.REQUEST_TOO_LARGE; // gRPC's own limit on messages; ours name their code
            case CANCELLED -> ErrorCode.CANCELLED;
            case DEADLINE_EXCEEDED -> ErrorCode.DEADLINE_EXCEEDED;
            case UNAVAILABLE -> ErrorCode.WORKER_LOST;
            case OK, UNKNOWN, ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED, INTERNAL, DATA_LOSS -> ErrorCode.INTERNAL;
        };
    }
}
