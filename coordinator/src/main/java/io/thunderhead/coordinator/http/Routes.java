package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.openai.Endpoint;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.function.Function;

/// Which path is answered by what. Views are `GET` (and `HEAD`) and answered at once; endpoints are `POST` and answered
/// on a thread of their own.
///
/// @param views path -> answer; a path that ends in `/` takes the rest of the path as its argument
/// @param endpoints path -> endpoint
record Routes(Map<String, View> views, Map<String, Endpoint> endpoints) {
    /// @param open needs no API key
    record View(boolean open, Function<String, ViewAnswer> answer) {}

    record ViewAnswer(int status, String contentType, Buffer body) {
        static ViewAnswer json(int status, Buffer json) {
            return new ViewAnswer(status, "application/json", json);
        }
    }

    sealed interface Match {
        record ToView(View view, String argument) implements Match {}

        record ToEndpoint(Endpoint endpoint) implements Match {}
    }

    /// Throws NOT_FOUND or METHOD_NOT_ALLOWED.
    Match find(String method, String path) {
        String viewPath = views.containsKey(path) ? path : path.substring(0, path.lastIndexOf('/') + 1);
        View view = views.get(viewPath);
        Endpoint endpoint = endpoints.get(path);
        if (view != null && (method.equals("GET") || method.equals("HEAD"))) {
            return new Match.ToView(view, path.substring(viewPath.length()));
        }
        if (endpoint != null && method.equals("POST")) {
            return new Match.ToEndpoint(endpoint);
        }
        if (view != null || endpoint != null) {
            throw new ServingException(
                    ErrorCode.METHOD_NOT_ALLOWED,
                    path + ": expected " + (endpoint != null ? "POST" : "GET") + ", got " + method);
        }
        throw new ServingException(ErrorCode.NOT_FOUND, path + " is not offered by this server");
    }
}
