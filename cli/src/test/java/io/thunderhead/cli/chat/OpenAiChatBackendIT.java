package io.thunderhead.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class OpenAiChatBackendIT {
    private static final String HELLO = """
        : keep-alive

        data: {"choices":[{"delta":{"role":"assistant","content":""}}]}

        data: {"choices":[{"delta":{"content":"Hel"}}]}

        data: {"choices":[{"delta":{"content":"lo"},"finish_reason":null}],"usage":null}

        data: {"choices":[],"usage":{"completion_tokens":2}}

        data: [DONE]

        """;
    private static final List<ChatMessage> QUESTION = List.of(ChatMessage.user("hi"));

    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final OpenAiChatBackend backend;

    OpenAiChatBackendIT() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        answer("/v1/models", 200, "{\"data\":[{\"id\":\"m\"}]}");
        server.start();
        backend = new OpenAiChatBackend(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), "secret", "");
    }

    @AfterEach
    void stop() {
        backend.close();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void readsTextAndTokenCount() throws Exception {
        answer("/v1/chat/completions", 200, HELLO);

        try (ChatBackend.Answer answer = backend.ask(QUESTION, ChatOptions.DEFAULTS)) {
            assertThat(answer.next()).contains("Hel");
            assertThat(answer.next()).contains("lo");
            assertThat(answer.next()).isEmpty();
            assertThat(answer.completionTokens()).hasValue(2);
        }
        assertThat(bodies).hasSize(2);
        assertThat(bodies.remove()).startsWith("/v1/models");
        assertThat(bodies.remove())
                .contains("\"model\":\"m\"")
                .contains("\"stream\":true")
                .contains("{\"role\":\"user\",\"content\":\"hi\"}")
                .doesNotContain("max_tokens");
    }

    @Test
    void errorBodiesAndErrorEventsKeepTheirCode() {
        answer("/v1/chat/completions", 429, "{\"error\":{\"message\":\"full\",\"code\":\"QUEUE_FULL\"}}");
        assertThat(failure(ChatOptions.DEFAULTS).code()).isEqualTo(ErrorCode.QUEUE_FULL);

        server.removeContext("/v1/chat/completions");
        answer("/v1/chat/completions", 200, "data: {\"error\":{\"message\":\"gone\",\"code\":\"WORKER_LOST\"}}\n\n");
        assertThat(failure(ChatOptions.DEFAULTS)).hasMessage("gone");
    }

    @Test
    void brokenOffAnswerIsAnError() {
        answer("/v1/chat/completions", 200, "data: {\"choices\":[]}\n\n");

        assertThat(failure(ChatOptions.DEFAULTS))
                .hasMessageStartingWith("the answer broke off")
                .extracting(ServingException::code)
                .isEqualTo(ErrorCode.INTERNAL);
    }

    @Test
    void namesAnEndpointThatIsNotThere() {
        server.stop(0);

        assertThat(catchThrowableOfType(ServingException.class, () -> backend.ask(QUESTION, ChatOptions.DEFAULTS)))
                .hasMessageStartingWith(
                        "http://127.0.0.1:" + server.getAddress().getPort() + "/v1 cannot be reached: java.net")
                .extracting(ServingException::code)
                .isEqualTo(ErrorCode.NOT_READY);
    }

    @Test
    void closingWakesTheReader() {
        holdOpen();
        ChatBackend.Answer answer = backend.ask(QUESTION, ChatOptions.DEFAULTS);
        assertThat(answer.next()).contains("begun");

        Thread.ofVirtual().start(answer::close);

        assertThat(catchThrowableOfType(ServingException.class, answer::next).code())
                .isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void silentEndpointEndsAtTheTimeout() {
        holdOpen();
        ChatOptions impatient =
                new ChatOptions("", OptionalInt.empty(), Optional.empty(), Duration.ofMillis(300), Optional.empty());

        try (ChatBackend.Answer answer = backend.ask(QUESTION, impatient)) {
            assertThat(answer.next()).contains("begun");
            assertThat(catchThrowableOfType(ServingException.class, answer::next)
                            .code())
                    .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        }
    }

    private ServingException failure(ChatOptions options) {
        try (ChatBackend.Answer answer = backend.ask(QUESTION, options)) {
            return catchThrowableOfType(ServingException.class, answer::next);
        }
    }

    private void answer(String path, int status, String body) {
        server.createContext(path, exchange -> {
            bodies.add(path + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    /// Sends a first piece and then nothing.
    private void holdOpen() {
        server.createContext("/v1/chat/completions", (HttpExchange exchange) -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody()
                    .write("data: {\"choices\":[{\"delta\":{\"content\":\"begun\"}}]}\n\n"
                            .getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        });
    }
}
