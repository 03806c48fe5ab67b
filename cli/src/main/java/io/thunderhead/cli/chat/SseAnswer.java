package io.thunderhead.cli.chat;

import io.thunderhead.cli.api.HttpErrors;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A streamed chat completion: server-sent events until `[DONE]`.
final class SseAnswer implements ChatBackend.Answer {
    private static final String DATA = "data:";
    private static final String DONE = "[DONE]";

    private final String url;
    private final CompletableFuture<HttpResponse<InputStream>> response;
    private final CompletableFuture<Void> expiry;
    private @Nullable BufferedReader lines;
    private OptionalInt completionTokens = OptionalInt.empty();
    private OptionalInt promptTokens = OptionalInt.empty();
    private volatile @Nullable ErrorCode cut;

    /// @param url for messages
    SseAnswer(String url, CompletableFuture<HttpResponse<InputStream>> response, Duration timeout) {
        this.url = url;
        this.response = response;
        this.expiry = CompletableFuture.runAsync(
                () -> cut(ErrorCode.DEADLINE_EXCEEDED),
                CompletableFuture.delayedExecutor(timeout.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public Optional<String> next() {
        try {
            BufferedReader open = lines == null ? open(response.join()) : lines;
            lines = open;
            for (String line = open.readLine(); line != null; line = open.readLine()) {
                if (line.startsWith(DATA)) {
                    String data = line.substring(DATA.length()).strip();
                    if (data.equals(DONE)) {
                        return Optional.empty();
                    }
                    String text = read(OpenAiChatBackend.JSON.readTree(data));
                    if (!text.isEmpty()) {
                        return Optional.of(text);
                    }
                }
            }
            throw failed(new EOFException("no end of the stream was sent"));
        } catch (CompletionException | CancellationException | IOException e) {
            throw failed(e);
        }
    }

    @Override
    public OptionalInt completionTokens() {
        return completionTokens;
    }

    @Override
    public OptionalInt promptTokens() {
        return promptTokens;
    }

    @Override
    public void close() {
        expiry.cancel(false);
        cut(ErrorCode.CANCELLED);
    }

    /// Ends the exchange at whatever point it is.
    private void cut(ErrorCode why) {
        if (cut == null) {
            cut = why;
        }
        response.cancel(true);
        if (response.state() == CompletableFuture.State.SUCCESS) {
            try {
                response.resultNow().body().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static BufferedReader open(HttpResponse<InputStream> response) {
        BufferedReader body = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        if (response.statusCode() != 200) {
            throw HttpErrors.read(response.statusCode(), body.lines().collect(Collectors.joining("\n")));
        }
        return body;
    }

    /// The event's text, maybe empty.
    private String read(JsonNode event) {
        if (event.path("error").isObject()) {
            throw HttpErrors.read(500, event.path("error"));
        }
        JsonNode usage = event.path("usage");
        if (usage.isObject()) {
            completionTokens = count(usage.path("completion_tokens"));
            promptTokens = count(usage.path("prompt_tokens"));
        }
        JsonNode content = event.path("choices").path(0).path("delta").path("content");
        return content.isString() ? content.stringValue() : "";
    }

    private static OptionalInt count(JsonNode node) {
        return node.isInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
    }

    private ServingException failed(Exception cause) {
        ErrorCode why = cut;
        if (why != null) {
            return new ServingException(why, why == ErrorCode.CANCELLED ? "stopped" : "no end within the time allowed");
        }
        return lines == null ? HttpErrors.unreachable(url, cause) : HttpErrors.brokenOff(cause);
    }
}
