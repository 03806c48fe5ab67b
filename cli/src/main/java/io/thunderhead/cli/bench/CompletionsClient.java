package io.thunderhead.cli.bench;

import io.thunderhead.cli.api.ApiConnection;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The little of the server's HTTP API that measuring needs. Thread-safe.
final class CompletionsClient implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String COMPLETIONS = "/v1/completions";
    private static final String DATA = "data: ";

    private final ApiConnection api;

    /// @param timeout of one request
    CompletionsClient(URI server, Duration timeout) {
        this.api = new ApiConnection(server, timeout);
    }

    /// Id of the first model served.
    String model() {
        return api.model();
    }

    /// The engine's counters, if the server offers them.
    Optional<JsonNode> stats() {
        return api.stats();
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
        long startNanos = System.nanoTime();
        try (Stream<String> lines = api.postForLines(COMPLETIONS, body)) {
            return timing(startNanos, lines.iterator());
        }
    }

    @Override
    public void close() {
        api.close();
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
            throw failure("the stream ended without a token");
        }
        return new GenerationTiming(startNanos, firstNanos, lastNanos, tokens);
    }

    private static int tokensOf(String event) {
        JsonNode chunk = JSON.readTree(event);
        if (chunk.has("error")) {
            throw failure(chunk.get("error").toString());
        }
        return chunk.path("choices").path(0).path("token_ids").size();
    }

    private static ServingException failure(String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, COMPLETIONS + ": " + message);
    }
}
