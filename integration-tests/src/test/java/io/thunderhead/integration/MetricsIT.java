package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thunderhead.client.ThunderheadClient;
import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a running cluster tells of itself.
class MetricsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int TOKENS = 12;
    private static final int LAYERS = 4;
    /// Without the experts, whose number the model sets.
    private static final int SERIES_MAX = 800;
    private static final Map<String, List<String>> NODES = nodes();

    private static LocalCluster cluster;

    private static Map<String, List<String>> nodes() {
        Map<String, List<String>> nodes = new LinkedHashMap<>();
        nodes.put("coordinator", List.of("coordinator"));
        nodes.put("attention worker", List.of("attention-0", "attention-1"));
        nodes.put("expert worker", List.of("expert-0", "expert-1"));
        return nodes;
    }

    @BeforeAll
    static void start() throws Exception {
        cluster = LocalCluster.start(
                Goldens.checkpointWithTokenizer(Goldens.VL_TINY),
                2,
                2,
                Map.of("http.api-keys", "alice:key-a,bob:key-b"));
        ask("key-a", "golden", 200);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void ask(String key, String model, int status) throws Exception {
        String body = """
                {"model": "%s", "prompt": [5, 6, 7], "max_tokens": %d, "ignore_eos": true, "user": "user-%s"}
                """.formatted(model, TOKENS, key);
        HttpRequest request = HttpRequest.newBuilder(cluster.uri("/v1/completions"))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .header("x-request-id", "request-" + System.nanoTime())
                .POST(BodyPublishers.ofString(body))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(status);
        }
    }

    private static Scrape scrape(String id) {
        return Scrape.of(cluster.metrics(id));
    }

    @Test
    void theDocumentIsWhatANodeExposes() throws IOException {
        List<String> documented = Files.readAllLines(Path.of("..", "docs", "METRICS.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();

        List<String> exposed = exposedFamilies();

        assertThat(documented)
                .as("docs/METRICS.md should have these rows:%n%s", String.join("\n", exposed))
                .containsExactlyElementsOf(exposed);
    }

    private static List<String> exposedFamilies() {
        Map<Scrape.Family, List<String>> whereByFamily = new LinkedHashMap<>();
        NODES.forEach((role, ids) -> ids.forEach(id -> scrape(id).families().values().stream()
                .filter(family -> !family.name().startsWith("jvm_"))
                .filter(family -> !family.name().startsWith("process_"))
                .forEach(family -> {
                    List<String> where = whereByFamily.computeIfAbsent(family, key -> new ArrayList<>());
                    if (!where.contains(role)) {
                        where.add(role);
                    }
                })));
        return whereByFamily.entrySet().stream()
                .map(entry -> row(entry.getKey(), where(entry.getValue())))
                .sorted()
                .toList();
    }

    private static String where(List<String> roles) {
        return roles.size() == NODES.size() ? "every node" : String.join(", ", roles);
    }

    private static String row(Scrape.Family family, String where) {
        return "| `%s` | %s | %s | %s | %s |"
                .formatted(family.name(), family.type(), String.join(", ", family.labels()), where, family.help());
    }

    @Test
    void countsWhatARequestDid() throws Exception {
        Scrape before = scrape("coordinator");
        Scrape stageBefore = scrape("attention-1");
        double expertRowsBefore = expertRows();

        ask("key-b", "golden", 200);

        await().atMost(PATIENCE).untilAsserted(() -> {
            Scrape after = scrape("coordinator");
            assertThat(rise(before, after, "thunderhead_generated_tokens_total"))
                    .isEqualTo(TOKENS);
            assertThat(rise(before, after, "thunderhead_prompt_tokens_total")).isEqualTo(3);
            assertThat(rise(before, after, "thunderhead_time_to_first_token_seconds_count"))
                    .isOne();
            assertThat(rise(before, after, "thunderhead_inter_token_seconds_count"))
                    .isEqualTo(TOKENS - 1);
            assertThat(rise(before, after, "thunderhead_end_to_end_seconds_count"))
                    .isOne();
            assertThat(rise(before, after, "thunderhead_queue_seconds_count")).isOne();
            assertThat(rise(before, after, "thunderhead_requests_total")).isOne();
            assertThat(rise(before, after, "vllm:generation_tokens_total")).isEqualTo(TOKENS);
            assertThat(rise(before, after, "vllm:time_to_first_token_seconds_count"))
                    .isOne();
            // one step reads the prompt and gives the first token, one for each other token
            Scrape stage = scrape("attention-1");
            assertThat(rise(stageBefore, stage, "thunderhead_step_seconds_count"))
                    .isEqualTo(TOKENS);
            assertThat(rise(stageBefore, stage, "thunderhead_stage_tokens_total"))
                    .isEqualTo(3 + TOKENS - 1);
            // each row visits two experts of every layer
            assertThat(expertRows() - expertRowsBefore).isEqualTo(2.0 * LAYERS * (3 + TOKENS - 1));
        });
    }

    private static double expertRows() {
        return scrape("expert-0").sum("thunderhead_expert_rows_total")
                + scrape("expert-1").sum("thunderhead_expert_rows_total");
    }

    private static double rise(Scrape before, Scrape after, String name) {
        return after.sum(name) - before.sum(name);
    }

    @Test
    void whatClientsSendMakesNoSeries() throws Exception {
        Set<String> before = allSeries();

        for (int i = 0; i < 20; i++) {
            ask("key-a", "model-" + i, 404);
            ask("unknown-key-" + i, "golden", 401);
        }
        ask("key-b", "golden", 200);
        try (HttpClient http = HttpClient.newHttpClient()) {
            http.send(
                    HttpRequest.newBuilder(cluster.uri("/v1/no-such-path"))
                            .POST(BodyPublishers.ofString("{}"))
                            .build(),
                    BodyHandlers.ofString());
        }
        for (int i = 0; i < 5; i++) {
            try (ThunderheadClient stranger = ThunderheadClient.builder(cluster.grpc())
                    .apiKey("nobody-" + i)
                    .build()) {
                assertThatThrownBy(stranger::models).hasMessageContaining("key");
            }
        }

        assertThat(allSeries()).isEqualTo(before);
        for (Collection<String> ids : NODES.values()) {
            for (String id : ids) {
                assertThat(scrape(id).own())
                        .filteredOn(name -> !name.startsWith("thunderhead_expert_rows"))
                        .hasSizeLessThan(SERIES_MAX);
            }
        }
    }

    private static Set<String> allSeries() {
        Set<String> all = new TreeSet<>();
        NODES.values().forEach(ids -> ids.forEach(id -> all.addAll(scrape(id).own())));
        return all;
    }

    @Test
    void theApisPortAsksForAKey() {
        Scrape open = Scrape.of(cluster.uri("/metrics"), Map.of("Authorization", "Bearer key-a"));

        assertThat(open.own()).isEqualTo(scrape("coordinator").own());
        assertThat(new ApiProbe().get(cluster.uri("/metrics")).status()).isEqualTo(401);
    }

    @Test
    void vllmsNamesCanBeLeftOut() {
        try (LocalCluster plain = LocalCluster.inProcess(
                Goldens.checkpointWithTokenizer(Goldens.VL_TINY), 1, 1, Map.of("metrics.vllm-names", "false"))) {
            assertThat(Scrape.of(plain.uri("/metrics")).own()).noneMatch(name -> name.startsWith("vllm:"));
        }
        assertThat(scrape("coordinator").own()).anyMatch(name -> name.startsWith("vllm:"));
    }
}
