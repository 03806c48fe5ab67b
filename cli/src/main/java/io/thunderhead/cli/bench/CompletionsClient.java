package io.thunderhead.cli.bench;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The little of the server's HTTP API that measuring needs. Thread-safe.
final class CompletionsClient implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String DATA = "data: ";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI server;
    private final Duration timeout;

    /// @param timeout of one request
    CompletionsClient(URI server, Duration timeout) {
        this.server = server;
        this.timeout = timeout;
    }

    /// Id of the first model served.
    String model() {
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
    Optional<JsonNode> stats() {
        return get("/stats");
    }

    /// Streams `maxTokens` tokens after the prompt, through any end token.
    GenerationTiming generate(String model, List<Integer> promptIds, int maxTokens) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", model)
                .put("max_tokens", maxTokens)
                .put("temperature", 0)
                .put("stream", true)
                .put("return_token_ids", true)
                .put("ignore_eos", true);
        body.set("prompt", JSON.valueToTree(promptIds));
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/v1/completions"))
                .header("Content-Type", "application/json")
                .timeout(timeout)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        long startNanos = System.nanoTime();
        HttpResponse<Stream<String>> response = send(request, HttpResponse.BodyHandlers.ofLines());
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != 200) {
                throw failure("/v1/completions: " + response.statusCode() + " "
                        + lines.findFirst().orElse(""));
            }
            return timing(startNanos, lines.iterator());
        }
    }

    @Override
    public void close() {
        http.close();
    }

    private static GenerationTiming timing(long startNanos, Iterator<String> lines) {
        long firstNanos = 0;
        long lastNanos = 0;
        int tokens = 0;
        while (lines.hasNext()) {
            String line = lines.next();
            int arrived = line.startsWith(DATA + "{") ? tokensOf(line.substring(DATA.length())) : 0;
            if (arrived > 0) {
                lastNanos = System.nanoTime();
                firstNanos = tokens == 0 ? lastNanos : firstNanos;
                tokens += arrived;
            }
        }
        if (tokens == 0) {
            throw failure("/v1/completions: the stream ended without a token");
        }
        return new GenerationTiming(startNanos, firstNanos, lastNanos, tokens);
    }

    private static int tokensOf(String event) {
        JsonNode chunk = JSON.readTree(event);
        if (chunk.has("error")) {
            throw failure("/v1/completions: " + chunk.get("error"));
        }
        return chunk.path("choices").path(0).path("token_ids").size();
    }

    /// Empty on 404.
    private Optional<JsonNode> get(String path) {
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve(path)).timeout(timeout).build();
        HttpResponse<InputStream> response = send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            return switch (response.statusCode()) {
                case 200 -> Optional.of(JSON.readTree(body));
                case 404 -> Optional.empty();
                default -> throw failure(path + ": " + response.statusCode());
            };
        } catch (IOException | JacksonException e) {
            throw failure(path + ": " + e.getMessage());
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.NOT_READY, server + " cannot be reached: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "interrupted", e);
        }
    }

    private static ServingException failure(String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, message);
    }
}
