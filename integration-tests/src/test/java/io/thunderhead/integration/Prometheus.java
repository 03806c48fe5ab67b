package io.thunderhead.integration;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// The Prometheus of this machine, as a process that scrapes every second and keeps what it scrapes in a folder.
final class Prometheus implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(30);

    private static final long STOP_SECONDS_MAX = 10;

    private final Process process;
    private final URI api;
    private final ApiProbe probe = new ApiProbe();

    private Prometheus(Process process, URI api) {
        this.process = process;
        this.api = api;
    }

    static boolean installed() {
        return List.of("prometheus", "promtool").stream().allMatch(Prometheus::onPath);
    }

    private static boolean onPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    static Prometheus start(Path folder, List<String> targets, Path rules) throws IOException {
        String quoted = targets.stream().map(target -> "'" + target + "'").collect(Collectors.joining(", "));
        Path config = folder.resolve("prometheus.yml");
        Files.writeString(config, """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ['%s']
                scrape_configs:
                  - job_name: thunderhead
                    static_configs: [{targets: [%s]}]
                """.formatted(rules.toAbsolutePath().normalize(), quoted));
        int port = freePort();
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        Prometheus prometheus = new Prometheus(process, URI.create("http://127.0.0.1:" + port + "/api/v1/"));
        await("prometheus answers")
                .atMost(START_MAX)
                .ignoreExceptions()
                .until(() -> prometheus.values("1").size() == 1);
        return prometheus;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Values that a query has now, one a series; NaN is no value.
    List<String> values(String query) {
        JsonNode data = get("query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8))
                .path("data");
        if (data.path("resultType").asString().equals("scalar")) {
            return List.of(data.path("result").path(1).asString());
        }
        return data.path("result")
                .valueStream()
                .map(series -> series.path("value").path(1).asString())
                .filter(value -> !value.equals("NaN"))
                .toList();
    }

    List<String> ruleHealths() {
        return get("rules")
                .path("data")
                .path("groups")
                .valueStream()
                .flatMap(group -> group.path("rules").valueStream())
                .map(rule -> rule.path("health").asString())
                .toList();
    }

    private JsonNode get(String path) {
        ApiProbe.Answer answer = probe.get(api.resolve(path));
        if (answer.status() != 200) {
            throw new IllegalStateException(path + ": " + answer);
        }
        return answer.body();
    }

    @Override
    public void close() {
        probe.close();
        process.destroy();
        try {
            process.onExit().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
        }
    }
}
