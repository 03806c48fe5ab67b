package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Clusters whose workers compute on a device and on the CPU answer with the same greedy tokens. Only in a build with
/// kernels for devices (README.md, Kernels for GPUs); OpenCL on a CPU will do.
@EnabledIfSystemProperty(named = "thunderhead.devices", matches = "true", disabledReason = "needs the profile gpu")
class MixedDevicesIT {
    private static final int ANSWER_TOKENS = 12;
    private static final List<int[]> PROMPTS = prompts();

    static Stream<Arguments> mixtures() {
        return Stream.of(
                Arguments.of("gpu:0,cpu", Map.of()),
                Arguments.of("cpu,gpu:0", Map.of("scheduler.max-batch-tokens", "257")),
                Arguments.of("gpu:0", Map.of("model.quantize", "int8")));
    }

    /// One attention worker and one expert worker, to which the devices are dealt in this order.
    @ParameterizedTest
    @MethodSource("mixtures")
    void answersAsTheCpuAlone(String devices, Map<String, String> settings) {
        assertThat(tokens(devices, settings)).isEqualTo(tokens("cpu", settings));
    }

    /// A worker whose device is lost with it: the sequences it held are replayed on the CPU of another.
    @Test
    void aLostDeviceIsReplacedByACpu() {
        Map<String, String> onDevice = Map.of("node.device", "gpu:0");
        List<TokenIds> expected = tokens("cpu", Map.of());
        try (LocalCluster cluster = LocalCluster.start(Goldens.checkpoint(Goldens.G2_TINY_B), 1, 1, onDevice);
                ApiProbe probe = new ApiProbe()) {
            assertThat(tokens(cluster, probe)).isEqualTo(expected);
            cluster.startExpertWorker("expert-1", Map.of("node.device", "cpu"));
            cluster.stop("expert-0");
            assertThat(tokens(cluster, probe)).isEqualTo(expected);
        }
    }

    private static List<TokenIds> tokens(String devices, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("node.device", devices);
        try (LocalCluster cluster = LocalCluster.inProcess(Goldens.checkpoint(Goldens.G2_TINY_B), 1, 1, all);
                ApiProbe probe = new ApiProbe()) {
            return tokens(cluster, probe);
        }
    }

    private static List<TokenIds> tokens(LocalCluster cluster, ApiProbe probe) {
        return PROMPTS.stream()
                .map(prompt -> probe.greedy(cluster.uri("/v1/completions"), prompt, ANSWER_TOKENS)
                        .tokens())
                .toList();
    }

    private static List<int[]> prompts() {
        Random random = new Random(3);
        return Stream.of(1, 40, 300, 900)
                .map(length -> random.ints(length, 0, 1000).toArray())
                .toList();
    }
}
