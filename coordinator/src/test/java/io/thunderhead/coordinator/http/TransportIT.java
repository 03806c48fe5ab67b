package io.thunderhead.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.core.testing.TestAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The same POST by every transport that clients use. The engine repeats the prompt, so that an answer shows that the
/// whole body has arrived.
class TransportIT {
    private final FakeEngine engine =
            FakeEngine.scripted(request -> request.promptIds().toArray());
    private ApiServer server;

    @BeforeEach
    void start() {
        server = ApiServer.start(engine);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP_2, 10, false, false",
        "HTTP_2, 300000, false, false",
        "HTTP_2, 300000, true, false",
        "HTTP_2, 10, false, true",
        "HTTP_2, 300000, false, true",
        "HTTP_2, 300000, true, true",
        "HTTP_1_1, 10, false, false",
        "HTTP_1_1, 300000, false, false",
        "HTTP_1_1, 300000, true, false",
        "HTTP_1_1, 10, false, true",
        "HTTP_1_1, 300000, false, true",
        "HTTP_1_1, 300000, true, true"
    })
    void answersTheJdkClient(Version version, int padding, boolean chunked, boolean expectContinue) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            for (int round = 0; round < 2; round++) {
                byte[] body = body(padding);
                BodyPublisher publisher = chunked
                        ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
                        : BodyPublishers.ofByteArray(body);
                HttpRequest request = HttpRequest.newBuilder(server.uri("/v1/completions"))
                        .timeout(Duration.ofSeconds(10))
                        .expectContinue(expectContinue)
                        .POST(publisher)
                        .build();
                assertAnswered(client.send(request, BodyHandlers.ofString()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 300_000})
    void answersHttp2WithPriorKnowledge(int padding) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            // Held in a variable: Vert.x closes a client that nobody refers to any more.
            var client = vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            String answer = client.request(HttpMethod.POST, server.api.port(), "127.0.0.1", "/v1/completions")
                    .compose(request -> request.send(Buffer.buffer(body(padding))))
                    .compose(response -> response.body().map(text -> response.version() + " " + text))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            client.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(answer).startsWith("HTTP_2 ").contains("\"text\":\"Hello\"");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 300_000})
    void answersHttp2OverTls(int padding, @TempDir Path folder) throws Exception {
        TestAuthority authority = TestAuthority.create(folder);
        TestAuthority.Issued certificate = authority.issue("dns:localhost");
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.certificate = Optional.of(certificate.chain());
        settings.key = Optional.of(certificate.key());
        try (ApiServer tls = ApiServer.start(engine, settings);
                HttpClient client =
                        HttpClient.newBuilder().sslContext(authority.trust()).build()) {
            URI uri = URI.create("https://localhost:" + tls.api.port() + "/v1/completions");
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .POST(BodyPublishers.ofByteArray(body(padding)))
                    .build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            assertAnswered(answer);
            assertThat(answer.version()).isEqualTo(Version.HTTP_2);
        }
    }

    private static byte[] body(int padding) {
        return ("{\"model\":\"fake\",\"max_tokens\":5,\"user\":\"" + "x".repeat(padding) + "\",\"prompt\":\"Hello\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void assertAnswered(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"text\":\"Hello\"");
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    }
}
