package io.thunderhead.core.error;

/// Every way a request or a start can fail. The code's name travels unchanged in gRPC metadata and in the `code` field
/// of the HTTP error body; [#httpStatus()] and [#grpcStatus()] are the one table that decides protocol status.
public enum ErrorCode {
    INVALID_REQUEST(ErrorFamily.CLIENT, 400, "INVALID_ARGUMENT"),
    UNSUPPORTED_PARAMETER(ErrorFamily.CLIENT, 400, "INVALID_ARGUMENT"),
    CONTEXT_LENGTH_EXCEEDED(ErrorFamily.CLIENT, 400, "INVALID_ARGUMENT"),
    TOKEN_OUT_OF_RANGE(ErrorFamily.CLIENT, 400, "INVALID_ARGUMENT"),
    UNAUTHENTICATED(ErrorFamily.CLIENT, 401, "UNAUTHENTICATED"),
    PERMISSION_DENIED(ErrorFamily.CLIENT, 403, "PERMISSION_DENIED"),
    NOT_FOUND(ErrorFamily.CLIENT, 404, "NOT_FOUND"),
    METHOD_NOT_ALLOWED(ErrorFamily.CLIENT, 405, "UNIMPLEMENTED"),
    REQUEST_TIMEOUT(ErrorFamily.CLIENT, 408, "DEADLINE_EXCEEDED"),
    REQUEST_TOO_LARGE(ErrorFamily.CLIENT, 413, "RESOURCE_EXHAUSTED"),
    CANCELLED(ErrorFamily.CLIENT, 499, "CANCELLED"),

    QUEUE_FULL(ErrorFamily.CAPACITY, 429, "RESOURCE_EXHAUSTED"),
    RATE_LIMITED(ErrorFamily.CAPACITY, 429, "RESOURCE_EXHAUSTED"),
    KV_POOL_FULL(ErrorFamily.CAPACITY, 429, "RESOURCE_EXHAUSTED"),

    NOT_READY(ErrorFamily.UNAVAILABLE, 503, "UNAVAILABLE"),
    WORKER_LOST(ErrorFamily.UNAVAILABLE, 503, "UNAVAILABLE"),
    STALE_PLAN(ErrorFamily.UNAVAILABLE, 503, "UNAVAILABLE"),
    SHUTTING_DOWN(ErrorFamily.UNAVAILABLE, 503, "UNAVAILABLE"),

    DEADLINE_EXCEEDED(ErrorFamily.INTERNAL, 504, "DEADLINE_EXCEEDED"),
    PROTOCOL_VIOLATION(ErrorFamily.INTERNAL, 500, "INTERNAL"),
    CHECKPOINT_INVALID(ErrorFamily.INTERNAL, 500, "FAILED_PRECONDITION"),
    CONFIG_INVALID(ErrorFamily.INTERNAL, 500, "FAILED_PRECONDITION"),
    PLAN_DOES_NOT_FIT(ErrorFamily.INTERNAL, 500, "FAILED_PRECONDITION"),
    DEVICE_OUT_OF_MEMORY(ErrorFamily.INTERNAL, 500, "FAILED_PRECONDITION"),
    INTERNAL(ErrorFamily.INTERNAL, 500, "INTERNAL");

    private final ErrorFamily family;
    private final int httpStatus;
    private final String grpcStatus;

    ErrorCode(ErrorFamily family, int httpStatus, String grpcStatus) {
        this.family = family;
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
    }

    public ErrorFamily family() {
        return family;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /// Name of the `io.grpc.Status.Code`; a string so that this module needs no gRPC.
    public String grpcStatus() {
        return grpcStatus;
    }

    /// Whether sending the same request again can help.
    public boolean retryable() {
        return family == ErrorFamily.CAPACITY || family == ErrorFamily.UNAVAILABLE;
    }
}
