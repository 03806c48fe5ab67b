package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.integration.ApiProbe.Scored;
import io.thunderhead.model.testing.Goldens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The same tokens and log-probabilities to the bit, whatever the sharding, the wire, the chunks, the kernels and the
/// requests around. What one process computes alone, with plain kernels, is the measure.
class SameTokensIT {
    private static final int ANSWER_TOKENS = 12;
    private static final int[] LENGTHS = {1, 40, 256, 300, 900};
    private static final List<int[]> PROMPTS = prompts();
    private static List<Scored> alone;

    @BeforeAll
    static void computeAlone() {
        try (LocalCluster cluster = LocalCluster.inProcess(
                Goldens.checkpoint(Goldens.G2_TINY_B), 1, 1, Map.of("kernels.implementation", "plain"))) {
            alone = askOneByOne(cluster);
        }
    }

    static Stream<Arguments> shardings() {
        return Stream.of(
                Arguments.of(1, 1, Map.of("scheduler.max-batch-tokens", "257")),
                Arguments.of(2, 3, Map.of("kernels.threads", "3")),
                Arguments.of(
                        5, 2, Map.of("scheduler.max-batch-tokens", "2048", "attention.micro-batch-min-tokens", "1")),
                Arguments.of(3, 7, Map.of("kernels.implementation", "plain", "kernels.threads", "2")));
    }

    @ParameterizedTest
    @MethodSource("shardings")
    void inOneProcess(int attentionWorkers, int expertWorkers, Map<String, String> settings) throws Exception {
        try (LocalCluster cluster = LocalCluster.inProcess(
                Goldens.checkpoint(Goldens.G2_TINY_B), attentionWorkers, expertWorkers, settings)) {
            assertThat(askOneByOne(cluster)).isEqualTo(alone);
            assertThat(askAllAtOnce(cluster)).isEqualTo(alone);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "off"})
    void overSockets(String sharedMemory) throws Exception {
        Map<String, String> settings = Map.of("kernels.threads", "2", "transport.shared-memory", sharedMemory);
        try (LocalCluster cluster = LocalCluster.start(Goldens.checkpoint(Goldens.G2_TINY_B), 2, 3, settings)) {
            assertThat(askAllAtOnce(cluster)).isEqualTo(alone);
        }
    }

    @Test
    void inInt8() throws Exception {
        Map<String, String> int8 = Map.of("model.quantize", "int8");
        Map<String, String> plainInt8 = Map.of("model.quantize", "int8", "kernels.implementation", "plain");
        try (LocalCluster one = LocalCluster.inProcess(Goldens.checkpoint(Goldens.G2_TINY_B), 1, 1, plainInt8);
                LocalCluster many = LocalCluster.start(Goldens.checkpoint(Goldens.G2_TINY_B), 2, 3, int8)) {
            List<Scored> expected = askOneByOne(one);
            assertThat(askAllAtOnce(many)).isEqualTo(expected);
            assertThat(expected).isNotEqualTo(alone);
        }
    }

    private static List<Scored> askOneByOne(LocalCluster cluster) {
        try (ApiProbe probe = new ApiProbe()) {
            return PROMPTS.stream()
                    .map(prompt -> probe.greedy(cluster.uri("/v1/completions"), prompt, ANSWER_TOKENS))
                    .toList();
        }
    }

    private static List<Scored> askAllAtOnce(LocalCluster cluster) throws Exception {
        try (ApiProbe probe = new ApiProbe();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Scored>> answers = new ArrayList<>();
            for (int[] prompt : PROMPTS) {
                answers.add(threads.submit(() -> probe.greedy(cluster.uri("/v1/completions"), prompt, ANSWER_TOKENS)));
            }
            List<Scored> results = new ArrayList<>();
            for (Future<Scored> answer : answers) {
                results.add(answer.get());
            }
            return results;
        }
    }

    private static List<int[]> prompts() {
        Random random = new Random(3);
        List<int[]> prompts = new ArrayList<>();
        for (int length : LENGTHS) {
            prompts.add(random.ints(length, 0, 1000).toArray());
        }
        return prompts;
    }
}
