package io.thunderhead.cli.chat;

import io.thunderhead.cli.api.HttpErrors;
import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Answers of any OpenAI-compatible HTTP endpoint. HTTP/1.1: an offered upgrade makes some servers lose the body.
public final class OpenAiChatBackend implements ChatBackend {
    static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration SHORT_CALL = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final String base;
    private final String apiKey;
    private String model;

    /// @param url with or without the final `/v1`
    /// @param apiKey "" = none
    /// @param model "" = the first that the endpoint lists
    public OpenAiChatBackend(URI url, String apiKey, String model) {
        this.base = url.toString().replaceFirst("/+$", "").replaceFirst("/v1$", "") + "/v1";
        this.apiKey = apiKey;
        this.model = model;
    }

    @Override
    public Answer ask(List<ChatMessage> conversation, ChatOptions options) {
        if (model.isEmpty()) {
            model = firstModel();
        }
        HttpRequest request = request("/chat/completions", options.timeout())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body(conversation, options)))
                .build();
        return new SseAnswer(base, http.sendAsync(request, BodyHandlers.ofInputStream()), options.timeout());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private String body(List<ChatMessage> conversation, ChatOptions options) {
        ObjectNode body = JSON.createObjectNode().put("model", model).put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        body.set("messages", JSON.valueToTree(conversation));
        options.maxTokens().ifPresent(count -> body.put("max_tokens", count));
        options.temperature().ifPresent(temperature -> body.put("temperature", temperature));
        return JSON.writeValueAsString(body);
    }

    private String firstModel() {
        try {
            HttpResponse<String> response =
                    http.send(request("/models", SHORT_CALL).build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw HttpErrors.read(response.statusCode(), response.body());
            }
            JsonNode first = JSON.readTree(response.body()).path("data").path(0).path("id");
            if (!first.isString()) {
                throw new ServingException(ErrorCode.NOT_FOUND, "the endpoint lists no model; name one");
            }
            return first.stringValue();
        } catch (IOException e) {
            throw HttpErrors.unreachable(base, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "interrupted", e);
        }
    }

    private HttpRequest.Builder request(String path, Duration timeout) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(timeout);
        return apiKey.isEmpty() ? request : request.header("Authorization", "Bearer " + apiKey);
    }
}
