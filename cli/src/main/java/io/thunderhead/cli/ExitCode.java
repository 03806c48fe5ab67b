package io.thunderhead.cli;

import io.thunderhead.core.error.ErrorCode;

/// What the command's process ends with.
public final class ExitCode {
    public static final int OK = 0;
    /// Anything not named below.
    public static final int FAILURE = 1;
    /// The command line or the configuration is wrong.
    public static final int USAGE = 2;
    /// The checkpoint is invalid, no plan fits the workers, or a device has less memory than its worker was given.
    public static final int MODEL = 3;
    /// A server or a worker could not be reached or did not answer in time.
    public static final int UNAVAILABLE = 4;
    /// `demo --once` got an answer that is not the truth.
    public static final int WRONG_ANSWER = 5;

    private ExitCode() {}

    static int of(ErrorCode code) {
        return switch (code) {
            case CONFIG_INVALID, INVALID_REQUEST, UNSUPPORTED_PARAMETER -> USAGE;
            case CHECKPOINT_INVALID, PLAN_DOES_NOT_FIT, DEVICE_OUT_OF_MEMORY -> MODEL;
            case NOT_READY, WORKER_LOST, STALE_PLAN, SHUTTING_DOWN, DEADLINE_EXCEEDED, QUEUE_FULL, KV_POOL_FULL ->
                UNAVAILABLE;
            case CONTEXT_LENGTH_EXCEEDED,
                    TOKEN_OUT_OF_RANGE,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    REQUEST_TIMEOUT,
                    REQUEST_TOO_LARGE,
                    CANCELLED,
                    RATE_LIMITED,
                    PROTOCOL_VIOLATION,
                    INTERNAL -> FAILURE;
        };
    }
}
