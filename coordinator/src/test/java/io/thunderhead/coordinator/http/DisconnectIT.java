package io.thunderhead.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeGeneration;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that goes away frees its generation, though nothing is being written to it.
class DisconnectIT {
    private static final long WITHIN_SECONDS = 5;
    private final FakeEngine engine = FakeEngine.manual();
    private ApiServer server;

    @BeforeEach
    void start() {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.writeTimeout = Duration.ofMillis(300);
        server = ApiServer.start(engine, settings);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void freesTheGenerationOfAClosedSocket(boolean stream) throws Exception {
        FakeGeneration generation;
        try (Socket socket = server.connect()) {
            send(socket, body(stream));
            generation = engine.awaitGeneration();
            if (stream) {
                generation.emit("Hello");
                assertThat(socket.getInputStream().read()).isPositive();
            }
        }
        assertThat(generation.awaitCancel(WITHIN_SECONDS)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"HTTP_2,false", "HTTP_2,true", "HTTP_1_1,false", "HTTP_1_1,true"})
    void freesTheGenerationOfACancelledCall(Version version, boolean stream) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            client.send(
                    server.request("/v1/models", "{}"), BodyHandlers.discarding()); // the connection is upgraded now
            var answer = client.sendAsync(server.request("/v1/completions", body(stream)), BodyHandlers.ofString());
            FakeGeneration generation = engine.awaitGeneration();
            answer.cancel(true);
            assertThat(generation.awaitCancel(WITHIN_SECONDS)).isTrue();
        }
    }

    @Test
    void freesEveryChoice() throws Exception {
        List<FakeGeneration> generations = new ArrayList<>();
        try (Socket socket = server.connect()) {
            send(socket, "{\"model\":\"fake\",\"prompt\":\"a\",\"n\":3}");
            for (int i = 0; i < 3; i++) {
                generations.add(engine.awaitGeneration());
            }
        }
        for (FakeGeneration generation : generations) {
            assertThat(generation.awaitCancel(WITHIN_SECONDS)).isTrue();
        }
    }

    @Test
    void givesUpOnAClientThatDoesNotRead() throws Exception {
        try (Socket socket = server.connect()) {
            send(socket, "{\"model\":\"fake\",\"prompt\":\"a\",\"stream\":true,\"max_tokens\":4000,\"logprobs\":20}");
            FakeGeneration generation = engine.awaitGeneration();
            generation.emit("x".repeat(4000)); // two kilobytes of logprobs a token, more than the sockets hold
            assertThat(generation.awaitCancel(WITHIN_SECONDS)).isTrue();
        }
    }

    private static String body(boolean stream) {
        return "{\"model\":\"fake\",\"prompt\":\"a\",\"stream\":" + stream + "}";
    }

    private static void send(Socket socket, String body) throws Exception {
        String head = "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
    }
}
