package io.thunderhead.cli.bench;

import io.thunderhead.cli.api.ApiConnection;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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
    TokenTimes generate(String model, List<Integer> promptIds, int maxTokens) {
        return generate(model, promptIds, maxTokens, () -> true);
    }

    /// As above, until `goOn` says no after a token; then the request is cancelled.
    TokenTimes generate(String model, List<Integer> promptIds, int maxTokens, BooleanSupplier goOn) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", model)
                .put("max_tokens", maxTokens)
                .put("temperature", 0)
                .put("stream", true)
                .put("return_token_ids", true)
                .put("ignore_eos", true);
        body.set("prompt", JSON.valueToTree(promptIds));
        TokenTimes times = new TokenTimes(System.nanoTime());
        try (Stream<String> lines = api.postForLines(COMPLETIONS, body)) {
            read(lines.iterator(), times, goOn);
        }
        if (times.count() == 0) {
            throw failure("the stream ended without a token");
        }
        return times;
    }

    @Override
    public void close() {
        api.close();
    }

    private static void read(Iterator<String> lines, TokenTimes times, BooleanSupplier goOn) {
        while (lines.hasNext() && goOn.getAsBoolean()) {
            String line = lines.next();
            if (line.startsWith(DATA + "{")) {
                times.arrived(tokensOf(line.substring(DATA.length())), System.nanoTime());
            }
        }
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
