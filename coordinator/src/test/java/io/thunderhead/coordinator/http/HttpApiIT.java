package io.thunderhead.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.coordinator.engine.TokenSink.FinishReason;
import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeGeneration;
import io.thunderhead.coordinator.testing.FakeTokenizer;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HttpApiIT {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String PROMPT = "{\"model\":\"fake\",\"prompt\":\"a\"}";
    private static final String STREAM = "{\"model\":\"fake\",\"prompt\":\"a\",\"stream\":true}";

    @ParameterizedTest
    @CsvSource({
        "GET,/v1/nothing,404",
        "POST,/v1/responses,404",
        "POST,/v1/embeddings,404",
        "GET,/nowhere,404",
        "GET,/v1/models/other,404",
        "GET,/v1/chat/completions,405",
        "POST,/v1/models,405"
    })
    void answersUnknownPathsAndMethodsWithAnErrorBody(String method, String path, int status) throws Exception {
        try (ApiServer server = ApiServer.start(saying("x"))) {
            var answer = method.equals("GET") ? server.get(path) : server.post(path, "{\"input\":\"x\"}");
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(error(answer).get("message").stringValue()).isNotBlank();
            assertThat(answer.headers().firstValue("x-request-id")).isPresent();
            assertThat(answer.headers().firstValue("x-should-retry")).contains("false");
        }
    }

    @Test
    void listsModels() throws Exception {
        try (ApiServer server = ApiServer.start(saying("x"))) {
            JsonNode list = MAPPER.readTree(server.get("/v1/models").body());
            assertThat(list.get("data").findValuesAsString("id")).containsExactly("fake", "bare");
            JsonNode one = MAPPER.readTree(server.get("/v1/models/fake-latest").body());
            assertThat(one.get("id").stringValue()).isEqualTo("fake");
            assertThat(one.get("created").longValue()).isEqualTo(1_700_000_000);
        }
    }

    @Test
    void tokenizesAndBack() throws Exception {
        try (ApiServer server = ApiServer.start(saying("x"))) {
            String tokens = server.post("/tokenize", "{\"model\":\"fake\",\"prompt\":\"Hi\"}")
                    .body();
            assertThat(tokens).isEqualTo("{\"count\":2,\"max_model_len\":4096,\"tokens\":[72,105]}");
            String text = server.post("/detokenize", "{\"model\":\"fake\",\"tokens\":[72,105,256]}")
                    .body();
            assertThat(text).isEqualTo("{\"prompt\":\"Hi<end>\"}");
        }
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        List<HealthView.Missing> missing = new ArrayList<>();
        missing.add(new HealthView.Missing("stage 1", "no worker has joined"));
        try (ApiServer server = ApiServer.start(saying("x"), new ApiServer.Settings(), () -> List.copyOf(missing))) {
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
            var notReady = server.get("/health/ready");
            assertThat(notReady.statusCode()).isEqualTo(503);
            assertThat(MAPPER.readTree(notReady.body()).at("/missing/0/what").stringValue())
                    .isEqualTo("stage 1");
            missing.clear();
            assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void keepsTheClientsRequestIdIfItIsSane() throws Exception {
        try (ApiServer server = ApiServer.start(saying("x<end>"))) {
            var sane = server.post("/v1/completions", PROMPT, "x-request-id", "abc-1");
            assertThat(sane.headers().firstValue("x-request-id")).contains("abc-1");
            assertThat(sane.body()).contains("\"id\":\"cmpl-abc-1\"");
            var strange = server.post("/v1/completions", PROMPT, "x-request-id", "a b\"c");
            assertThat(strange.headers().firstValue("x-request-id").orElseThrow())
                    .matches("[0-9a-f]{32}");
        }
    }

    @Test
    void asksForAKey() throws Exception {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.apiKeys = List.of("alice:secret");
        try (ApiServer server = ApiServer.start(saying("x<end>"), settings)) {
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(server.get("/v1/models").statusCode()).isEqualTo(401);
            var wrong = server.post("/v1/completions", PROMPT, "authorization", "Bearer other");
            assertThat(wrong.statusCode()).isEqualTo(401);
            assertThat(error(wrong).get("code").stringValue()).isEqualTo("UNAUTHENTICATED");
            var right = server.post("/v1/completions", STREAM, "authorization", "Bearer secret");
            assertThat(right.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void tellsWhenToTryAgain() throws Exception {
        try (ApiServer server = ApiServer.start(saying("x").runningMax(0))) {
            var answer = server.post("/v1/completions", STREAM);
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("retry-after-ms")).contains("1500");
            assertThat(answer.headers().firstValue("retry-after")).contains("2");
            assertThat(answer.headers().firstValue("x-should-retry")).contains("true");
        }
    }

    @Test
    void failsWithAStatusBeforeTheFirstTokenAndWithAnEventAfterIt() throws Exception {
        FakeEngine engine = FakeEngine.manual();
        try (ApiServer server = ApiServer.start(engine)) {
            CompletableFuture<HttpResponse<String>> before = postAsync(server, STREAM);
            engine.awaitGeneration().fail(new ServingException(ErrorCode.WORKER_LOST, "expert-1 is gone"));
            assertThat(before.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(503);

            CompletableFuture<HttpResponse<String>> after = postAsync(server, STREAM);
            FakeGeneration generation = engine.awaitGeneration();
            generation.emit("Hi");
            generation.fail(new ServingException(ErrorCode.INTERNAL, "secret details"));
            var answer = after.get(10, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("data: {\"error\":{").doesNotContain("[DONE]", "secret details");
        }
    }

    @Test
    void refusesALongBodyBeforeItIsSent() throws Exception {
        try (ApiServer server = ApiServer.start(saying("x"));
                Socket socket = server.connect()) {
            write(socket, "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n{");
            assertThat(statusLine(socket)).contains("413");
        }
    }

    @Test
    void stopsReadingAChunkedBodyThatGrowsTooLong() throws Exception {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.maxBody = new Bytes(100_000);
        try (ApiServer server = ApiServer.start(saying("x"), settings);
                Socket socket = server.connect()) {
            write(socket, "POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 3; i++) {
                write(socket, "c350\r\n" + "x".repeat(50_000) + "\r\n");
            }
            assertThat(statusLine(socket)).contains("413");
        }
    }

    @Test
    void givesUpOnABodyThatDoesNotArrive() throws Exception {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.bodyTimeout = Duration.ofMillis(100);
        try (ApiServer server = ApiServer.start(saying("x"), settings);
                Socket socket = server.connect()) {
            write(socket, "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
            assertThat(statusLine(socket)).contains("408");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "POST /v1/comp", "GET /health/live HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"})
    void closesConnectionsWithoutARequest(String sent) throws Exception {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.idleTimeout = Duration.ofMillis(200);
        try (ApiServer server = ApiServer.start(saying("x"), settings);
                Socket socket = server.connect()) {
            write(socket, sent.replace("\\r\\n", "\r\n"));
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {} // until the server closes
        }
    }

    @Test
    void keepsASilentStreamAlive() throws Exception {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.keepAliveInterval = Duration.ofMillis(50);
        settings.idleTimeout = Duration.ofMillis(200);
        FakeEngine engine = FakeEngine.manual();
        try (ApiServer server = ApiServer.start(engine, settings);
                Socket socket = server.connect()) {
            write(
                    socket,
                    "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + STREAM.length() + "\r\n\r\n"
                            + STREAM);
            BufferedReader in = reader(socket);
            for (int comments = 0; comments < 8; ) {
                comments += in.readLine().equals(": keep-alive") ? 1 : 0;
            }
            assertThat(engine.running()).isOne();
        }
    }

    @Test
    void closesConnectionsAboveTheLimit() throws Exception {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.maxConnections = 1;
        try (ApiServer server = ApiServer.start(saying("x"), settings);
                Socket first = server.connect()) {
            write(first, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(statusLine(first)).contains("200");
            try (Socket second = server.connect()) {
                assertThat(readOrReset(second)).isNegative();
            }
        }
    }

    /// Five hundred streams of HTTP/2 a client: as many connections would need more files than some machines allow.
    @Test
    void holdsTenThousandRequestsAndRefusesWhatIsMore() throws Exception {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.maxConcurrentRequests = 10_000;
        FakeEngine engine = FakeEngine.manual();
        List<HttpClient> clients = new ArrayList<>();
        try (ApiServer server = ApiServer.start(engine, settings)) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            CountDownLatch refusals = new CountDownLatch(500);
            for (int client = 0; client < 21; client++) {
                HttpClient http = HttpClient.newHttpClient();
                clients.add(http);
                HttpRequest upgrade =
                        HttpRequest.newBuilder(server.uri("/health/live")).build();
                http.send(upgrade, BodyHandlers.discarding());
                for (int stream = 0; stream < 500; stream++) {
                    answers.add(http.sendAsync(server.request("/v1/completions", PROMPT), BodyHandlers.ofString())
                            .whenComplete((answer, failure) -> refusals.countDown()));
                }
            }
            assertThat(refusals.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(engine.running()).isEqualTo(10_000);
            for (int i = 0; i < 10_000; i++) {
                engine.awaitGeneration().end(FinishReason.STOP);
            }
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            assertThat(answers.stream().map(answer -> answer.join().statusCode()))
                    .containsOnly(200, 429)
                    .filteredOn(status -> status == 200)
                    .hasSize(10_000);
            assertThat(answers.stream().map(CompletableFuture::join).filter(answer -> answer.statusCode() == 429))
                    .allSatisfy(answer ->
                            assertThat(error(answer).get("code").stringValue()).isEqualTo("QUEUE_FULL"));
        } finally {
            clients.forEach(HttpClient::shutdownNow);
        }
    }

    @Test
    void letsRunningRequestsEndBeforeItStops() throws Exception {
        ApiServer.Settings settings = new ApiServer.Settings();
        settings.shutdownGrace = Duration.ofSeconds(10);
        FakeEngine engine = FakeEngine.manual();
        ApiServer server = ApiServer.start(engine, settings);
        CompletableFuture<HttpResponse<String>> answer = postAsync(server, PROMPT);
        FakeGeneration generation = engine.awaitGeneration();
        Thread stopping = Thread.ofVirtual().start(server.api::close);
        while (server.post("/v1/completions", PROMPT).statusCode() != 503) {
            Thread.onSpinWait();
        }
        assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
        generation.emit("late");
        generation.end(FinishReason.STOP);
        assertThat(answer.get(10, TimeUnit.SECONDS).body()).contains("late");
        stopping.join();
    }

    private static CompletableFuture<HttpResponse<String>> postAsync(ApiServer server, String json) {
        return CLIENT.sendAsync(server.request("/v1/completions", json), BodyHandlers.ofString());
    }

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static FakeEngine saying(String text) {
        return FakeEngine.scripted(request -> new FakeTokenizer().encode(text));
    }

    private static JsonNode error(HttpResponse<String> answer) {
        return MAPPER.readTree(answer.body()).get("error");
    }

    private static void write(Socket socket, String text) throws Exception {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String statusLine(Socket socket) throws Exception {
        return reader(socket).readLine();
    }

    private static int readOrReset(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException reset) {
            return -1;
        }
    }

    private static BufferedReader reader(Socket socket) throws Exception {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }
}
