package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.testing.Goldens;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `thunderhead serve` as a user runs it: five JVMs, and none left when it is told to stop.
class ServeProcessIT {
    private static final String READY = "ready: http on ";
    private static final int EXPERT_LINES = 4; // two attention workers, two expert workers

    @Test
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    void servesFromProcessesAndLeavesNoneBehind() throws Exception {
        List<ProcessHandle> children;
        try (ThunderheadProcess serve = new ThunderheadProcess(
                        "serve",
                        "--model=" + Goldens.checkpoint(Goldens.G2_TINY_B),
                        "--port=0",
                        "--grpc-port=0",
                        "--set=model.name=golden",
                        "--set=node.memory=1GiB",
                        "--set=http.host=127.0.0.1");
                ApiProbe probe = new ApiProbe()) {
            URI completions = URI.create(serve.awaitLine(READY).substring(READY.length()) + "/v1/completions");
            int[] prompt = Goldens.expected(Goldens.G2_TINY_B).ints("p257.input_ids");
            int[] greedy = Goldens.expected(Goldens.G2_TINY_B).ints("p257.greedy");
            assertThat(probe.greedy(completions, prompt, 32).tokens().toArray()).isEqualTo(greedy);
            for (int i = 0; i < EXPERT_LINES; i++) {
                serve.awaitLine("go through shared memory");
            }
            assertThat(probe.greedy(completions, prompt, 32).tokens().toArray()).isEqualTo(greedy);
            children = serve.descendants();
            assertThat(children).hasSize(5);
            assertThat(serve.stop()).isTrue();
            assertThat(serve.output().lines())
                    .as("a normal stop")
                    .noneMatch(line -> line.matches(".* (WARN|ERROR) .*"));
        }
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }
}
