package io.thunderhead.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Boards and alerts against the real Prometheus. Skipped where it is not installed (Debian: `apt-get install
/// prometheus`).
class MonitoringIT {
    private static final Path CHART = Path.of("..", "helm", "thunderhead");
    private static final Path RULES = CHART.resolve("rules").resolve("thunderhead.yaml");
    private static final Path ALERT_TESTS = Path.of("src", "test", "resources", "alerts", "alerts-test.yaml");
    private static final Pattern METRIC = Pattern.compile("\\b(?:thunderhead|jvm)_\\w+");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> NODES =
            List.of("coordinator", "attention-0", "attention-1", "expert-0", "expert-1");

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsPrometheus() {
        assumeTrue(
                Prometheus.installed(),
                "prometheus and promtool are not on the PATH: boards and alerts stay unchecked");
    }

    @Test
    void alertsFireWhenTheyShould() throws Exception {
        promtool("check", "rules", RULES.toString());
        promtool("test", "rules", ALERT_TESTS.toString());
    }

    @Test
    void everyAlertIsTestedAndHasItsEntryInTheRunbook() throws IOException {
        List<String> alerts = Pattern.compile("- alert: (\\w+)")
                .matcher(Files.readString(RULES))
                .results()
                .map(alert -> alert.group(1))
                .toList();

        assertThat(alerts).isNotEmpty();
        assertThat(Files.readAllLines(Path.of("..", "docs", "OPERATIONS.md")))
                .containsAll(alerts.stream().map(alert -> "### " + alert).toList());
        assertThat(alerts).allSatisfy(alert -> {
            assertThat(Files.readString(RULES))
                    .contains("runbook_url: docs/OPERATIONS.md#" + alert.toLowerCase(Locale.ROOT));
            assertThat(Files.readString(ALERT_TESTS))
                    .contains("runbook_url: docs/OPERATIONS.md#" + alert.toLowerCase(Locale.ROOT));
        });
    }

    @Test
    void everyPanelHasDataWhileARunningClusterIsScraped() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(DemoModel.FOLDER, 2, 2, Map.of("model.name", "golden"))) {
            for (String node : NODES) {
                checkPage(cluster, node);
            }
            List<String> targets = NODES.stream()
                    .map(cluster::metrics)
                    .map(uri -> uri.getAuthority())
                    .toList();
            try (Prometheus prometheus = Prometheus.start(folder, targets, RULES);
                    Load load = Load.start(cluster)) {
                for (Panel panel : panels()) {
                    await(panel.toString())
                            .pollDelay(Duration.ZERO)
                            .atMost(PATIENCE)
                            .untilAsserted(() ->
                                    assertThat(prometheus.values(panel.query())).isNotEmpty());
                }
                for (String metric : metricsOfAlertsAndScalers()) {
                    await(metric)
                            .atMost(PATIENCE)
                            .untilAsserted(
                                    () -> assertThat(prometheus.values(metric)).isNotEmpty());
                }
                assertThat(load.answers()).isPositive();
                assertThat(prometheus.ruleHealths()).isNotEmpty().containsOnly("ok");
            }
        }
    }

    /// What promtool says of names, types and help texts.
    private void checkPage(LocalCluster cluster, String node) throws Exception {
        Path page = folder.resolve(node + ".txt");
        Files.write(page, Scrape.text(cluster.metrics(node)));
        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(page.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> complaints = new String(promtool.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .filter(line -> line.contains("thunderhead_"))
                .toList();
        assertThat(complaints).as(node).isEmpty();
    }

    private static void promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    /// One query of a board, as Grafana would send it.
    private record Panel(String board, String title, String query) {
        @Override
        public String toString() {
            return board + ", " + title + ": " + query;
        }
    }

    private static List<Panel> panels() throws IOException {
        List<Panel> panels = new ArrayList<>();
        try (Stream<Path> files = Files.list(CHART.resolve("dashboards"))) {
            for (Path file : files.sorted().toList()) {
                JsonNode board = new JsonMapper().readTree(Files.readString(file));
                addPanels(file.getFileName().toString(), board.path("panels"), panels);
            }
        }
        assertThat(panels)
                .hasSizeGreaterThan(50)
                .allSatisfy(panel -> assertThat(panel.query()).doesNotContain("$"));
        return panels;
    }

    /// Rows hold panels of their own when they are folded.
    private static void addPanels(String board, JsonNode from, List<Panel> into) {
        for (JsonNode panel : from) {
            String title = panel.path("title").asString();
            boolean row = panel.path("type").asString().equals("row");
            assertThat(row || !panel.path("targets").isEmpty())
                    .as("%s, %s asks for something", board, title)
                    .isTrue();
            addPanels(board, panel.path("panels"), into);
            for (JsonNode target : panel.path("targets")) {
                into.add(new Panel(
                        board, title, asGrafanaSends(target.path("expr").asString())));
            }
        }
    }

    private static String asGrafanaSends(String expression) {
        return expression.replace("$__rate_interval", "10s").replace("$node", ".*");
    }

    /// An alert on a metric that nobody has never fires, and an autoscaler never scales.
    private static Set<String> metricsOfAlertsAndScalers() throws IOException {
        Set<String> metrics = new TreeSet<>();
        for (Path file : List.of(RULES, CHART.resolve("values.yaml"))) {
            METRIC.matcher(Files.readString(file))
                    .results()
                    .map(MatchResult::group)
                    .forEach(metrics::add);
        }
        assertThat(metrics).hasSizeGreaterThan(15).contains("thunderhead_dispatch_queue_dispatches");
        return metrics;
    }

    /// Requests one after the other until it is closed.
    private record Load(Thread thread, AtomicBoolean over, List<Integer> statuses) implements AutoCloseable {
        static Load start(LocalCluster cluster) {
            AtomicBoolean over = new AtomicBoolean();
            List<Integer> statuses = new CopyOnWriteArrayList<>();
            Thread thread = Thread.ofVirtual().start(() -> {
                try (ApiProbe probe = new ApiProbe()) {
                    while (!over.get()) {
                        statuses.add(probe.post(
                                        cluster.uri("/v1/completions"),
                                        Map.of(
                                                "model",
                                                "golden",
                                                "prompt",
                                                "The gulls were loud.",
                                                "max_tokens",
                                                20,
                                                "ignore_eos",
                                                true))
                                .status());
                    }
                }
            });
            return new Load(thread, over, statuses);
        }

        long answers() {
            return statuses.stream().filter(status -> status == 200).count();
        }

        @Override
        public void close() {
            over.set(true);
            await().atMost(PATIENCE).until(() -> !thread.isAlive());
        }
    }
}
