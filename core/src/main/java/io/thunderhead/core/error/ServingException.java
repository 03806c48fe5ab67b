package io.thunderhead.core.error;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The one exception that crosses module and process borders. The message says what was expected, what came, and of
/// whom: `hidden: expected [37, 6144] from attention-0, got [36, 6144]`.
public final class ServingException extends RuntimeException {
    private final ErrorCode code;
    private final @Nullable String parameter;
    private final @Nullable Duration retryAfter;

    public ServingException(ErrorCode code, String message) {
        this(code, message, null, null, null);
    }

    public ServingException(ErrorCode code, String message, @Nullable Throwable cause) {
        this(code, message, null, null, cause);
    }

    private ServingException(
            ErrorCode code,
            String message,
            @Nullable String parameter,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.parameter = parameter;
        this.retryAfter = retryAfter;
    }

    /// A client's mistake in one named parameter of its request.
    public static ServingException invalid(String parameter, String message) {
        return new ServingException(ErrorCode.INVALID_REQUEST, message, parameter, null, null);
    }

    /// As [#invalid] with another code of the CLIENT family.
    public static ServingException ofParameter(ErrorCode code, String parameter, String message) {
        return new ServingException(code, message, parameter, null, null);
    }

    /// Refused for want of room; the client may come back after `retryAfter`.
    public static ServingException rejected(ErrorCode code, String message, Duration retryAfter) {
        return new ServingException(code, message, null, retryAfter, null);
    }

    /// What a peer reported by its code's name; INTERNAL if this version does not know the code.
    public static ServingException named(String code, String message) {
        return Arrays.stream(ErrorCode.values())
                .filter(known -> known.name().equals(code))
                .findFirst()
                .map(known -> new ServingException(known, message))
                .orElseGet(() -> new ServingException(ErrorCode.INTERNAL, code + ": " + message));
    }

    public ErrorCode code() {
        return code;
    }

    /// The request parameter at fault, if one is.
    public Optional<String> parameter() {
        return Optional.ofNullable(parameter);
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /// `cause` itself if it is one of ours, else wrapped as INTERNAL.
    public static ServingException of(Throwable cause) {
        return cause instanceof ServingException serving
                ? serving
                : new ServingException(
                        ErrorCode.INTERNAL, cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
    }
}
