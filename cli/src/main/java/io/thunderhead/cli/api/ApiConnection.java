package io.thunderhead.cli.api;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON over HTTP/1.1 with one server. Thread-safe; an interrupt of the calling thread cancels the request and throws
/// CANCELLED.
public final class ApiConnection implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI server;
    private final Duration timeout;

    /// @param timeout of one request, from sending it to its answer's last byte; of a streamed one to its head
    public ApiConnection(URI server, Duration timeout) {
        this.server = server;
        this.timeout = timeout;
    }

    public URI server() {
        return server;
    }

    /// Id of the first model served.
    public String model() {
        JsonNode model = get("/v1/models")
                .orElseThrow(() -> failure("/v1/models: 404, this is no OpenAI-compatible server"))
                .path("data")
                .path(0)
                .path("id");
        if (!model.isString()) {
            throw failure("/v1/models: expected a model, found none");
        }
        return model.stringValue();
    }

    /// The engine's counters, if the server offers them.
    public Optional<JsonNode> stats() {
        return get("/stats");
    }

    /// Empty on 404.
    public Optional<JsonNode> get(String path) {
        HttpResponse<byte[]> response = send(request(path).build(), BodyHandlers.ofByteArray());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(parsed(path, checked(path, response)));
    }

    public JsonNode post(String path, JsonNode body) {
        return parsed(path, postForBytes(path, body));
    }

    /// The answer unparsed, for those too large for a tree.
    public byte[] postForBytes(String path, JsonNode body) {
        return checked(
                path,
                send(post(path).POST(BodyPublishers.ofString(body.toString())).build(), BodyHandlers.ofByteArray()));
    }

    /// The lines of a streamed answer. The caller closes them.
    public Stream<String> postForLines(String path, JsonNode body) {
        HttpResponse<Stream<String>> response =
                send(post(path).POST(BodyPublishers.ofString(body.toString())).build(), BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
            try (Stream<String> lines = response.body()) {
                throw HttpErrors.read(response.statusCode(), lines.collect(Collectors.joining("\n")));
            }
        }
        return response.body();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder post(String path) {
        return request(path).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path));
    }

    private byte[] checked(String path, HttpResponse<byte[]> response) {
        if (response.statusCode() != 200) {
            ServingException error =
                    HttpErrors.read(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8));
            throw new ServingException(error.code(), path + ": " + error.getMessage(), error);
        }
        return response.body();
    }

    private static JsonNode parsed(String path, byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            throw failure(path + ": " + e.getMessage());
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        CompletableFuture<HttpResponse<T>> response = http.sendAsync(request, handler);
        try {
            return response.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException unreachable) {
                throw new ServingException(
                        ErrorCode.NOT_READY, server + " cannot be reached: " + unreachable, unreachable);
            }
            throw ServingException.of(e);
        } catch (TimeoutException e) {
            throw new ServingException(
                    ErrorCode.DEADLINE_EXCEEDED,
                    request.uri().getPath() + ": no answer within " + timeout.toSeconds() + " s",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "interrupted", e);
        } finally {
            response.cancel(true);
        }
    }

    private static ServingException failure(String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, message);
    }
}
