package io.thunderhead.integration;

import io.thunderhead.model.tokenizer.TokenIds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks a server over HTTP with the JDK's client in its default settings.
final class ApiProbe implements AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final HttpClient http = HttpClient.newHttpClient();

    record Answer(int status, JsonNode body) {}

    Answer post(URI uri, Map<String, ?> body) {
        return send(HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(MAPPER.writeValueAsBytes(body)))
                .timeout(TIMEOUT)
                .build());
    }

    Answer get(URI uri) {
        return send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build());
    }

    private Answer send(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), MAPPER.readTree(response.body()));
        } catch (IOException e) {
            throw new IllegalStateException(request.uri() + " did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Greedy continuation of a prompt of token ids, with the log-probabilities of prompt and answer.
    Scored greedy(URI completions, int[] prompt, int maxTokens) {
        Answer answer = post(
                completions,
                Map.of(
                        "model",
                        "golden",
                        "prompt",
                        prompt,
                        "max_tokens",
                        maxTokens,
                        "temperature",
                        0,
                        "echo",
                        true,
                        "logprobs",
                        2,
                        "ignore_eos",
                        true,
                        "return_token_ids",
                        true));
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.toString());
        }
        JsonNode choice = answer.body().path("choices").path(0);
        int[] ids =
                choice.path("token_ids").valueStream().mapToInt(JsonNode::asInt).toArray();
        List<String> logprobs = choice.path("logprobs")
                .path("token_logprobs")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
        return new Scored(TokenIds.of(Arrays.copyOfRange(ids, ids.length - maxTokens, ids.length)), logprobs);
    }

    /// @param logprobs as the text of the answer's JSON has them, so that equal texts are equal bits
    record Scored(TokenIds tokens, List<String> logprobs) {}

    @Override
    public void close() {
        http.shutdownNow();
    }
}
