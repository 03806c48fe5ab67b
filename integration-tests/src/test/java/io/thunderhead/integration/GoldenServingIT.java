package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.integration.ApiProbe.Scored;
import io.thunderhead.model.testing.GoldenTensors;
import io.thunderhead.model.testing.Goldens;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The golden numbers, asked for like any client would, of 3 attention workers and 5 expert workers over sockets.
class GoldenServingIT {
    private static LocalCluster cluster;
    private final GoldenTensors golden = Goldens.expected(Goldens.G2_TINY_B);

    @BeforeAll
    static void start() {
        cluster = LocalCluster.start(Goldens.checkpoint(Goldens.G2_TINY_B), 3, 5, Map.of());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 257, 2048})
    void continuesAndScoresAsTheGoldenModelDoes(int length) {
        try (ApiProbe probe = new ApiProbe()) {
            int[] prompt = golden.ints("p" + length + ".input_ids");
            Scored answer = probe.greedy(cluster.uri("/v1/completions"), prompt, 32);
            assertThat(answer.tokens().toArray()).isEqualTo(golden.ints("p" + length + ".greedy"));
            if (length > 1) {
                float[] expected = golden.floats("p" + length + ".logprob_next");
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Float.parseFloat(answer.logprobs().get(i + 1)))
                            .as("log-probability of prompt token %d", i + 1)
                            .isCloseTo(expected[i], within(3e-3f));
                }
            }
        }
    }

    @Test
    void isReadyAndSaysWhatItServes() {
        try (ApiProbe probe = new ApiProbe()) {
            assertThat(probe.get(cluster.uri("/health/ready")).status()).isEqualTo(200);
            assertThat(probe.get(cluster.uri("/v1/models"))
                            .body()
                            .at("/data/0/id")
                            .asString())
                    .isEqualTo("golden");
        }
    }
}
