package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.thunderhead.integration.ApiProbe.Scored;
import io.thunderhead.model.testing.Goldens;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A worker that goes away in mid-answer: the request ends with the tokens it would have had anyway.
class LostWorkerIT {
    private static final int[] PROMPT = new Random(5).ints(600, 0, 1000).toArray();
    private static final int ANSWER_TOKENS = 200;

    @ParameterizedTest
    @ValueSource(strings = {"expert-1", "attention-1"})
    void noRequestNotices(String lost) throws Exception {
        try (LocalCluster cluster = LocalCluster.start(Goldens.checkpoint(Goldens.G2_TINY_B), 2, 2, Map.of());
                ApiProbe probe = new ApiProbe()) {
            Scored undisturbed = probe.greedy(cluster.uri("/v1/completions"), PROMPT, ANSWER_TOKENS);
            long before = completionTokens(cluster, probe);
            CompletableFuture<Scored> disturbed = CompletableFuture.supplyAsync(
                    () -> probe.greedy(cluster.uri("/v1/completions"), PROMPT, ANSWER_TOKENS));
            await().atMost(Duration.ofSeconds(60)).until(() -> completionTokens(cluster, probe) > before + 10);
            cluster.stop(lost);
            assertThat(probe.get(cluster.uri("/health/live")).status()).isEqualTo(200);
            if (lost.startsWith("expert")) {
                cluster.startExpertWorker(lost);
            } else {
                cluster.startAttentionWorker(lost);
            }
            assertThat(disturbed.get(30, TimeUnit.SECONDS)).isEqualTo(undisturbed);
        }
    }

    private static long completionTokens(LocalCluster cluster, ApiProbe probe) {
        return probe.get(cluster.uri("/stats")).body().path("completion_tokens").asLong();
    }
}
