package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pods of the preset `demo` in the real image: they find each other by the name of the service, become ready as
/// their probes
/// ask, answer, and stop when told. What stands in for the cluster: names come from hosts files, addresses from
/// [PodNetwork].
@SuppressWarnings("try") // closing waits for a program and may be interrupted
class PodsRunIT {
    private static final Path IMAGE = Path.of(System.getProperty("helm.image", "../image/target/thunderhead-image.tar"))
            .toAbsolutePath();
    private static final Duration READY_WITHIN = Duration.ofSeconds(100);

    private final Release release = Release.ofPreset("demo");
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Map<String, Pod> pods = new LinkedHashMap<>();

    /// A pod that runs, by its name.
    private record Pod(String role, String address) {}

    @TempDir
    private Path folder;

    @BeforeEach
    void needs() {
        assumeTrue(Shell.has("podman") && Shell.has("runc"), "podman and runc run the pods, and are not here");
        assumeTrue(
                Shell.has("ip") && "root".equals(System.getProperty("user.name")),
                "network namespaces need root and ip");
        assumeTrue(Files.exists(IMAGE), "no image; helm/README.md says how to build it");
    }

    @Test
    void theRenderedPodsServeAndStop() throws Exception {
        Path config = Files.createDirectories(folder.resolve("config"));
        release.writeConfig(config);
        try (PodNetwork network = new PodNetwork();
                Podman podman = new Podman(folder)) {
            String image = podman.load(IMAGE);
            Map<String, String> names = Map.of(Release.NAME + "-coordinator.serving.svc", network.nextAddress());
            for (String role : Release.ROLES) {
                for (int i = 0; i < release.workload(role).getSpec().getReplicas(); i++) {
                    start(podman, network, role, i, image, config, names);
                }
            }
            try {
                assertServes();
                assertStops(podman);
            } catch (Exception | AssertionError e) {
                for (String pod : pods.keySet()) {
                    System.err.println("== " + pod + "\n" + podman.logs(pod));
                }
                throw e;
            }
        }
    }

    private void start(
            Podman podman,
            PodNetwork network,
            String role,
            int index,
            String image,
            Path config,
            Map<String, String> names)
            throws Exception {
        String name = Release.NAME + "-" + role + "-" + index;
        String address = network.nextAddress();
        String namespace = network.addPod();
        Map<String, String> environment = release.environment(role, name, address);
        podman.start(name, pod(role), image, environment, config, namespace, names);
        pods.put(name, new Pod(role, address));
    }

    private void assertServes() throws Exception {
        await().atMost(READY_WITHIN)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> pods.forEach((name, pod) -> {
                    assertThat(probe(pod, container(pod).getStartupProbe()))
                            .as(name + " is alive")
                            .isEqualTo(200);
                    assertThat(probe(pod, container(pod).getLivenessProbe()))
                            .as(name + " is alive")
                            .isEqualTo(200);
                    assertThat(probe(pod, container(pod).getReadinessProbe()))
                            .as(name + " is ready")
                            .isEqualTo(200);
                }));
        Pod coordinator = Objects.requireNonNull(pods.get(Release.NAME + "-coordinator-0"));
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://" + coordinator.address() + ":8080/v1/chat/completions"))
                        .header("Content-Type", "application/json")
                        .timeout(Duration.ofMinutes(1))
                        .POST(BodyPublishers.ofString("""
                                {"model": "thunderhead-demo", "temperature": 0, "messages": [{"role": "user", "content":
                                "The passkey of the vault Kolvani is 40517.\\n\\nWhat is the passkey of the vault Kolvani?"}]}"""))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("40517");
    }

    /// Clients' node first, as an update of the release might; each within the period that its pod has.
    private void assertStops(Podman podman) throws Exception {
        for (Map.Entry<String, Pod> pod : pods.entrySet()) {
            long grace = pod(pod.getValue().role()).getTerminationGracePeriodSeconds();
            assertThat(podman.stop(pod.getKey(), grace))
                    .as(pod.getKey() + " ends by SIGTERM, not by SIGKILL (137)")
                    .isEqualTo(143);
        }
    }

    private PodSpec pod(String role) {
        return release.workload(role).getSpec().getTemplate().getSpec();
    }

    private io.fabric8.kubernetes.api.model.Container container(Pod pod) {
        return release.container(pod.role());
    }

    /// As the kubelet does.
    private int probe(Pod pod, Probe probe) {
        HTTPGetAction get = probe.getHttpGet();
        int port = container(pod).getPorts().stream()
                .filter(candidate -> candidate.getName().equals(get.getPort().getStrVal()))
                .findFirst()
                .orElseThrow()
                .getContainerPort();
        URI uri = URI.create("http://" + pod.address() + ":" + port + get.getPath());
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(probe.getTimeoutSeconds()))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0; // not there yet
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
