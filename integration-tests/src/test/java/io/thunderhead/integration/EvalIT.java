package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.thunderhead.cli.Main;
import io.thunderhead.cli.eval.RecallCommand;
import io.thunderhead.cli.eval.TasksCommand;
import io.thunderhead.cli.node.ClusterNodes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The evaluations against a running cluster of the shipped model.
class EvalIT {
    private static final Path MODEL = DemoModel.FOLDER;
    private static LocalCluster cluster;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        cluster = LocalCluster.inProcess(MODEL, 1, 1, Map.of());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void scoringCountsWhatGeneratingCounts() {
        List<String> common = List.of("--lengths=512,1k", "--depths=2", "--per-cell=4", "--seed=3");

        JsonNode scored = run(new RecallCommand(new ClusterNodes(), Main.class.getName()), common, "scored");
        List<String> generate = new ArrayList<>(common);
        generate.add("--generate");
        JsonNode generated = run(new RecallCommand(new ClusterNodes(), Main.class.getName()), generate, "generated");

        assertThat(scored.at("/method").asString()).isEqualTo("score");
        assertThat(generated.at("/method").asString()).isEqualTo("generate");
        assertThat(scored.at("/cells")).isNotEmpty().isEqualTo(generated.at("/cells"));
        assertThat(out.toString()).contains("0-50 %", "50-100 %", "512", "1k");
    }

    @Test
    void asksEveryTask() {
        JsonNode report = run(
                new TasksCommand(new ClusterNodes(), Main.class.getName()),
                List.of("--lengths=600", "--per-task=2"),
                "tasks");

        assertThat(report.at("/complete").asBoolean()).isTrue();
        assertThat(out.toString())
                .contains("memory", "correction", "tool_call", "tool_result", "not_stated", "small_talk");
    }

    @Test
    void aSignalToStopKeepsWhatWasMeasured() throws Exception {
        Path json = folder.resolve("interrupted.json");
        long before = steps();
        try (ThunderheadProcess eval = new ThunderheadProcess(
                "eval",
                "recall",
                "--lengths=600",
                "--per-cell=5000",
                "--url=" + cluster.uri(""),
                "--model=" + MODEL,
                "--json=" + json)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> steps() > before + 50);
            eval.terminate();
            assertThat(eval.awaitExit()).as(eval.output()).isEqualTo(130);
            assertThat(eval.output()).contains("exact answers, percent");
        }
        JsonNode report = new JsonMapper().readTree(json.toFile());
        assertThat(report.at("/complete").asBoolean(true)).isFalse();
        assertThat(report.at("/lengths/0/asked").asInt()).isPositive();
    }

    private static long steps() {
        try (ApiProbe probe = new ApiProbe()) {
            return probe.get(cluster.uri("/stats")).body().path("steps").asLong();
        }
    }

    private JsonNode run(Callable<Integer> command, List<String> options, String name) {
        Path json = folder.resolve(name + ".json");
        List<String> arguments = new ArrayList<>(options);
        arguments.addAll(List.of("--url=" + cluster.uri(""), "--model=" + MODEL, "--json=" + json));
        int exitCode = new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
        assertThat(exitCode).as(err.toString()).isZero();
        return new JsonMapper().readTree(json.toFile());
    }
}
