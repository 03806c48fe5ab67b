package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thunderhead.core.testing.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pods of the preset `demo` in the real image: they find each other by the name of the service, become ready as
/// their probes ask, answer, and stop when told.
class PodsRunIT {
    private static final Duration READY_WITHIN = Duration.ofSeconds(100);
    private static final Duration HANDED_OVER_WITHIN = Duration.ofSeconds(60);
    private static final int STREAM_TOKENS = 1000;

    private static final String KEY = "key-of-alice";

    private HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    @TempDir
    private Path folder;

    @BeforeEach
    void needs() {
        assumeTrue(Shell.has("podman") && Shell.has("runc"), "podman and runc run the pods, and are not here");
        assumeTrue(
                Shell.has("ip") && "root".equals(System.getProperty("user.name")),
                "network namespaces need root and ip");
        assumeTrue(Files.exists(ImageArchive.FILE), "no image; helm/README.md says how to build it");
    }

    @Test
    void theRenderedPodsServeHandOverAndStop() throws Exception {
        Release release = Release.of(Release.preset("demo"), Map.of("coordinator.replicas", "2"));
        run(release, new PodVolumes(release, folder), cluster -> {
            becomesReady(cluster);
            assertThat(cluster.logs(Release.NAME + "-attention-worker-0"))
                    .as("half a processor asked for")
                    .contains("on 1 thread");
            String first = cluster.servingPod();
            answers(cluster, first);
            assertThat(cluster.helmTest()).as("helm test").isNotBlank();
            assertThat(cluster.logs(first)).contains(first + " carries the label thunderhead.io/leader");
            finishesItsStreamBeforeItGoes(cluster, first);
            answersAfter(cluster, first);
            stops(cluster, first);
        });
    }

    @Test
    void podsReadTheirKeysAndCertificates() throws Exception {
        TestAuthority authority = TestAuthority.create(Files.createDirectories(folder.resolve("authority")));
        Release release = Release.of(
                Release.preset("demo"),
                Map.of(
                        "apiKeys.keys.alice", KEY,
                        "tls.http", "clients",
                        "tls.grpc", "clients",
                        "tls.nodes", "members"));
        PodVolumes volumes = new PodVolumes(release, folder);
        volumes.add("clients", certificate(authority, "ip:" + PodNetwork.FIRST_POD));
        volumes.add(
                "members",
                certificate(
                        authority,
                        Release.ROLES.stream()
                                .map(role -> "dns:*." + Release.NAME + "-" + role + ".serving.svc.cluster.local")
                                .collect(Collectors.joining(","))));
        http = HttpClient.newBuilder()
                .sslContext(authority.trust())
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        run(release, volumes, cluster -> {
            becomesReady(cluster);
            answers(cluster, cluster.servingPod());
            HttpRequest stranger = HttpRequest.newBuilder(cluster.uri(cluster.servingPod(), "/v1/models"))
                    .build();
            assertThat(http.send(stranger, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(401);
            for (String worker : List.of("attention-worker-0", "expert-worker-0")) {
                assertShowsCertificate(authority, cluster.address(Release.NAME + "-" + worker));
            }
        });
    }

    private interface Steps {
        void take(PodCluster cluster) throws Exception;
    }

    @SuppressWarnings("try") // closing waits for a program and may be interrupted
    private void run(Release release, PodVolumes volumes, Steps steps) throws Exception {
        try (PodCluster cluster = new PodCluster(release, volumes, http, folder)) {
            cluster.start(ImageArchive.FILE);
            try {
                steps.take(cluster);
            } catch (Exception | AssertionError e) {
                for (String pod : cluster.podNames()) {
                    System.err.println("== " + pod + "\n" + cluster.logs(pod));
                }
                throw e;
            }
        }
    }

    private static Map<String, String> certificate(TestAuthority authority, String names) throws IOException {
        TestAuthority.Issued issued = authority.issue(names);
        return Map.of(
                "tls.crt", Files.readString(issued.chain()),
                "tls.key", Files.readString(issued.key()),
                "ca.crt", Files.readString(authority.certificate()));
    }

    /// On the port that other members call.
    private static void assertShowsCertificate(TestAuthority authority, String address) throws Exception {
        try (SSLSocket socket = (SSLSocket) authority.trust().getSocketFactory().createSocket(address, 7070)) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            assertThat(socket.getSession().getPeerCertificates()).isNotEmpty();
        }
    }

    private static void becomesReady(PodCluster cluster) {
        await().atMost(READY_WITHIN)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(cluster.podNames()).allSatisfy(pod -> {
                    assertThat(cluster.alive(pod)).as(pod + " is alive").isEqualTo(200);
                    assertThat(cluster.ready(pod)).as(pod + " is ready").isEqualTo(200);
                }));
        await().atMost(HANDED_OVER_WITHIN).untilAsserted(cluster::servingPod);
    }

    private void answers(PodCluster cluster, String coordinator) throws Exception {
        HttpResponse<String> answer =
                http.send(post(cluster.uri(coordinator, "/v1/chat/completions"), """
                        {"model": "thunderhead-demo", "temperature": 0, "messages": [{"role": "user", "content":
                        "The passkey of the vault Kolvani is 40517.\\n\\nWhat is the passkey of the vault Kolvani?"}]}"""), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("40517");
    }

    /// As in an update of the release: SIGTERM comes while an answer is streamed.
    private void finishesItsStreamBeforeItGoes(PodCluster cluster, String coordinator) throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> stream = http.sendAsync(
                        post(cluster.uri(coordinator, "/v1/completions"), """
                                {"model": "thunderhead-demo", "prompt": "The gulls were loud.", "stream": true,
                                "max_tokens": %d, "ignore_eos": true}""".formatted(STREAM_TOKENS)),
                        BodyHandlers.ofLines())
                .thenAccept(answer ->
                        answer.body().filter(line -> line.startsWith("data: ")).forEach(events::add));
        await().atMost(READY_WITHIN).until(() -> events.size() > 5);

        cluster.terminate(coordinator);
        await("takes nothing new").atMost(READY_WITHIN).until(() -> cluster.ready(coordinator) != 200);
        assertThat(stream).as("longer than it takes to stop").isNotDone();

        stream.get(READY_WITHIN.toSeconds(), TimeUnit.SECONDS);
        assertThat(events).last().isEqualTo("data: [DONE]");
        assertThat(events).anySatisfy(event -> assertThat(event).contains("\"finish_reason\":\"length\""));
        assertEndsByTerm(cluster, coordinator);
    }

    private void answersAfter(PodCluster cluster, String gone) {
        await("another coordinator serves").atMost(HANDED_OVER_WITHIN).untilAsserted(() -> {
            String next = cluster.servingPod();
            assertThat(next).isNotEqualTo(gone);
            answers(cluster, next);
        });
    }

    private static void stops(PodCluster cluster, String gone) throws Exception {
        Set<String> left = cluster.podNames();
        left.remove(gone);
        for (String pod : left) {
            assertEndsByTerm(cluster, pod);
        }
    }

    private static void assertEndsByTerm(PodCluster cluster, String pod) throws Exception {
        assertThat(cluster.stop(pod))
                .as(pod + " ends by SIGTERM, not by SIGKILL (137)")
                .isEqualTo(143);
    }

    private static HttpRequest post(URI uri, String body) {
        return HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + KEY) // read only where keys are set
                .timeout(Duration.ofMinutes(1))
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
