package io.thunderhead.coordinator.openai;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.nio.charset.StandardCharsets;

/// `{"error":{"message","type","param","code"}}`; `code` is the name of the [ErrorCode].
public final class ErrorBody {
    private ErrorBody() {}

    public static byte[] of(ServingException error) {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("message", error.getMessage());
            json.writeStringProperty("type", type(error.code()));
            json.writeStringProperty("param", error.parameter().orElse(null));
            json.writeStringProperty("code", error.code().name());
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    /// As the last event of a stream that has begun.
    public static byte[] event(ServingException error) {
        return ("data: " + new String(of(error), StandardCharsets.UTF_8) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String type(ErrorCode code) {
        return switch (code.family()) {
            case CLIENT ->
                switch (code.httpStatus()) {
                    case 401 -> "authentication_error";
                    case 403 -> "permission_error";
                    case 404 -> "not_found_error";
                    default -> "invalid_request_error";
                };
            case CAPACITY -> "rate_limit_error";
            case UNAVAILABLE -> "service_unavailable_error";
            case INTERNAL -> "server_error";
        };
    }
}
