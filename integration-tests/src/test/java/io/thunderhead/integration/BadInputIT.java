package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.thunderhead.integration.ApiProbe.Answer;
import io.thunderhead.model.testing.Goldens;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Bad input gets a clear error and harms nobody else.
class BadInputIT {
    private static LocalCluster cluster;
    private final ApiProbe probe = new ApiProbe();

    @BeforeAll
    static void start() {
        cluster = LocalCluster.inProcess(Goldens.checkpointWithTokenizer(Goldens.VL_TINY), 2, 2, Map.of());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void aTokenThatTheModelDoesNotHave() {
        refused(Map.of("model", "golden", "prompt", new int[] {1, 2, 999_999}), 400, "999999");
    }

    @Test
    void aPromptLongerThanTheContext() {
        int[] prompt = IntStream.range(0, 20_000).map(i -> i % 900).toArray();
        refused(Map.of("model", "golden", "prompt", prompt), 400, "context");
    }

    @Test
    void aParameterOutOfRange() {
        refused(Map.of("model", "golden", "prompt", "x", "top_p", 1.5), 400, "top_p");
        refused(Map.of("model", "golden", "prompt", "x", "no_such_thing", 1), 400, "no_such_thing");
    }

    @Test
    void anotherModel() {
        refused(Map.of("model", "gpt-5", "prompt", "x"), 404, "gpt-5");
    }

    @Test
    void aClientThatGoesAwayFreesItsSequence() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(cluster.uri("/v1/completions"))
                .header("Content-Type", "application/json")
                .POST(
                        HttpRequest.BodyPublishers.ofString(
                                "{\"model\":\"golden\",\"prompt\":[5],\"max_tokens\":8000,\"stream\":true,\"ignore_eos\":true}"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            InputStream events = http.send(request, HttpResponse.BodyHandlers.ofInputStream())
                    .body();
            assertThat(events.read()).isPositive();
            assertThat(running()).isOne();
            http.shutdownNow();
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> running() == 0);
    }

    private long running() {
        return probe.get(cluster.uri("/stats")).body().path("running").asLong();
    }

    private void refused(Map<String, ?> body, int status, String reason) {
        Answer answer = probe.post(cluster.uri("/v1/completions"), body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.body().at("/error/message").asString()).contains(reason);
        assertThat(probe.greedy(cluster.uri("/v1/completions"), new int[] {7}, 2)
                        .tokens()
                        .size())
                .isEqualTo(2);
    }
}
