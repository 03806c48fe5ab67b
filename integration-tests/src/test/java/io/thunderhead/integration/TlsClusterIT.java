package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.thunderhead.client.GenerationRequest;
import io.thunderhead.client.Prompt;
import io.thunderhead.client.RetryPolicy;
import io.thunderhead.client.Sampling;
import io.thunderhead.client.ThunderheadClient;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.testing.TestAuthority;
import io.thunderhead.integration.ApiProbe.Answer;
import io.thunderhead.model.testing.Goldens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A cluster whose nodes show each other certificates, and whose gRPC API shows one to clients.
class TlsClusterIT {
    private static final String MODEL = Goldens.G2_TINY_B;

    @TempDir
    private static Path folder;

    private static TestAuthority ours;
    private static TestAuthority other;

    @BeforeAll
    static void create() throws Exception {
        ours = TestAuthority.create(Files.createDirectory(folder.resolve("ours")));
        other = TestAuthority.create(Files.createDirectory(folder.resolve("other")));
    }

    private static Map<String, String> between(TestAuthority signer) {
        TestAuthority.Issued node = signer.issue("ip:127.0.0.1");
        return Map.of(
                "transport.tls-certificate", node.chain().toString(),
                "transport.tls-key", node.key().toString(),
                "transport.tls-ca", ours.certificate().toString());
    }

    @Test
    void servesTheGoldenTokens() {
        TestAuthority.Issued api = ours.issue("dns:localhost,ip:127.0.0.1");
        Map<String, String> settings = new HashMap<>(between(ours));
        settings.put("grpc.tls-certificate", api.chain().toString());
        settings.put("grpc.tls-key", api.key().toString());
        int[] prompt = Goldens.expected(MODEL).ints("p257.input_ids");
        int[] greedy = Goldens.expected(MODEL).ints("p257.greedy");
        try (LocalCluster cluster = LocalCluster.start(Goldens.checkpoint(MODEL), 2, 2, settings);
                ApiProbe probe = new ApiProbe()) {
            assertThat(probe.greedy(cluster.uri("/v1/completions"), prompt, greedy.length)
                            .tokens()
                            .toArray())
                    .isEqualTo(greedy);
            assertThat(generate(cluster, ours, prompt, greedy.length))
                    .containsExactlyElementsOf(Arrays.stream(greedy).boxed().toList());
            assertThatThrownBy(() -> generate(cluster, other, prompt, greedy.length))
                    .hasMessageContaining("PKIX path")
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_READY));
        }
    }

    private static List<Integer> generate(LocalCluster cluster, TestAuthority trusted, int[] prompt, int tokens) {
        try (ThunderheadClient client = ThunderheadClient.builder(cluster.grpc())
                .tls(trusted.certificate())
                .timeout(Duration.ofSeconds(60))
                .retries(RetryPolicy.NEVER)
                .build()) {
            return client.generate(GenerationRequest.builder(Prompt.tokenIds(
                                    Arrays.stream(prompt).boxed().toList()))
                            .sampling(Sampling.GREEDY)
                            .maxTokens(tokens)
                            .ignoreEndTokens(true)
                            .build())
                    .tokenIds();
        }
    }

    @Test
    void aWorkerOfAnotherAuthorityFailsRequestsWithAReason() {
        try (LocalCluster cluster = LocalCluster.start(Goldens.checkpoint(MODEL), 1, 1, between(ours));
                ApiProbe probe = new ApiProbe()) {
            cluster.stop("expert-0");
            cluster.startExpertWorker("expert-0", between(other));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> probe.get(cluster.uri("/health/ready")).status() == 200);
            Answer answer = probe.post(
                    cluster.uri("/v1/completions"),
                    Map.of("model", "golden", "prompt", new int[] {1, 2, 3}, "max_tokens", 4));
            assertThat(answer.status()).as(answer.toString()).isEqualTo(503);
            assertThat(answer.body().at("/error/code").asString()).isEqualTo("WORKER_LOST");
            assertThat(answer.body().at("/error/message").asString()).contains("expert-0", "certificate");
        }
    }
}
