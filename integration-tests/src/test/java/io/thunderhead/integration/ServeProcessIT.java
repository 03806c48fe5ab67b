package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.thunderhead.cli.Main;
import io.thunderhead.model.testing.Goldens;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `thunderhead serve` as a user runs it: five JVMs, and none left when it is told to stop.
class ServeProcessIT {
    private static final String READY = "ready: http on ";

    @Test
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    void servesFromProcessesAndLeavesNoneBehind() throws Exception {
        Process serve = serve(Goldens.checkpoint(Goldens.G2_TINY_B));
        List<ProcessHandle> children;
        try (BufferedReader output = serve.inputReader();
                ApiProbe probe = new ApiProbe()) {
            URI completions = URI.create(addressIn(output) + "/v1/completions");
            Queue<String> lines = new ConcurrentLinkedQueue<>();
            Thread reader =
                    Thread.ofPlatform().daemon().start(() -> output.lines().forEach(lines::add));
            int[] prompt = Goldens.expected(Goldens.G2_TINY_B).ints("p257.input_ids");
            assertThat(probe.greedy(completions, prompt, 32).tokens().toArray())
                    .isEqualTo(Goldens.expected(Goldens.G2_TINY_B).ints("p257.greedy"));
            await().untilAsserted(() -> assertThat(lines)
                    .filteredOn(line -> line.contains("rows for expert-") && line.contains("go through shared memory"))
                    .hasSizeGreaterThanOrEqualTo(4)); // two attention workers, two expert workers
            assertThat(probe.greedy(completions, prompt, 32).tokens().toArray())
                    .isEqualTo(Goldens.expected(Goldens.G2_TINY_B).ints("p257.greedy"));
            children = serve.descendants().toList();
            assertThat(children).hasSize(5);
            serve.destroy();
            assertThat(serve.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(reader.join(Duration.ofSeconds(10))).isTrue();
            assertThat(lines).as("a normal stop").noneMatch(line -> line.matches(".* (WARN|ERROR) .*"));
        } finally {
            serve.descendants().forEach(ProcessHandle::destroyForcibly);
            serve.destroyForcibly();
        }
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    /// With this JVM's own flags.
    private static Process serve(Path model) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "serve",
                "--model=" + model,
                "--port=0",
                "--grpc-port=0",
                "--set=model.name=golden",
                "--set=node.memory=1GiB",
                "--set=http.host=127.0.0.1"));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String addressIn(BufferedReader output) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                return line.substring(READY.length());
            }
            seen.append(line).append('\n');
        }
        throw new IllegalStateException("serve ended before it was ready:\n" + seen);
    }
}
