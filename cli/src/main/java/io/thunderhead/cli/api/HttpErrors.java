package io.thunderhead.cli.api;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Errors of an OpenAI-compatible endpoint as ours: by the `code` in the body if it is one of ours, else by status.
public final class HttpErrors {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int SHOWN_CHARS_MAX = 300;

    private HttpErrors() {}

    public static ServingException read(int status, String body) {
        try {
            JsonNode error = JSON.readTree(body).path("error");
            if (error.isObject()) {
                return read(status, error);
            }
        } catch (JacksonException e) {
            return new ServingException(codeOf(status), "HTTP " + status + ": " + shortened(body), e);
        }
        return new ServingException(codeOf(status), "HTTP " + status + ": " + shortened(body));
    }

    /// @param error the object of that name in a body or an event
    public static ServingException read(int status, JsonNode error) {
        String name = error.path("code").asString("").toUpperCase(Locale.ROOT);
        ErrorCode code = Arrays.stream(ErrorCode.values())
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseGet(() -> codeOf(status));
        return new ServingException(code, error.path("message").asString("no message"));
    }

    /// Before anything was answered.
    public static ServingException unreachable(String url, Throwable cause) {
        Throwable reason = reason(cause);
        return new ServingException(ErrorCode.NOT_READY, url + " cannot be reached: " + reason, reason);
    }

    public static ServingException brokenOff(Throwable cause) {
        Throwable reason = reason(cause);
        return new ServingException(ErrorCode.INTERNAL, "the answer broke off: " + reason, reason);
    }

    private static Throwable reason(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static ErrorCode codeOf(int status) {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.httpStatus() == status)
                .findFirst()
                .orElse(ErrorCode.INTERNAL);
    }

    private static String shortened(String body) {
        return body.length() <= SHOWN_CHARS_MAX ? body : body.substring(0, SHOWN_CHARS_MAX) + "...";
    }
}
