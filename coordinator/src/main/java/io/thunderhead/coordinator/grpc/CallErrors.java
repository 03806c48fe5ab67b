package io.thunderhead.coordinator.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ErrorFamily;
import io.thunderhead.core.error.ServingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Errors as clients get them: the code's gRPC status, its message, and the trailers that inference.proto documents.
final class CallErrors {
    private static final Logger log = LoggerFactory.getLogger(CallErrors.class);
    private static final Metadata.Key<String> CODE = key("thunderhead-error-code");
    private static final Metadata.Key<String> PARAMETER = key("thunderhead-parameter");
    private static final Metadata.Key<String> RETRY_AFTER_MILLIS = key("thunderhead-retry-after-ms");

    private CallErrors() {}

    /// Logs what is a fault of ours.
    static StatusRuntimeException of(Throwable cause) {
        ServingException error = ServingException.of(cause);
        if (error.code().family() == ErrorFamily.INTERNAL) {
            log.warn("A gRPC call failed with {}", error.code(), error);
        }
        return new StatusRuntimeException(status(error), trailers(error));
    }

    static Status status(ServingException error) {
        return Status.Code.valueOf(error.code().grpcStatus()).toStatus().withDescription(error.getMessage());
    }

    static Metadata trailers(ServingException error) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, error.code().name());
        error.parameter().ifPresent(parameter -> trailers.put(PARAMETER, parameter));
        error.retryAfter().ifPresent(after -> trailers.put(RETRY_AFTER_MILLIS, Long.toString(after.toMillis())));
        return trailers;
    }

    /// What [#trailers] says; INTERNAL for what the library closes by itself.
    static ErrorCode code(Metadata trailers) {
        String name = trailers.get(CODE);
        return name == null ? ErrorCode.INTERNAL : ErrorCode.valueOf(name);
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
