package io.thunderhead.helm;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// A release whose pods run. What stands in for Kubernetes: addresses come from [PodNetwork], names of services from
/// hosts files, the service of clients is whoever [PodApiServer] has the label of, and tests probe as a kubelet does.
@SuppressWarnings("try") // closing waits for a program and may be interrupted
final class PodCluster implements AutoCloseable {
    private static final String LEADER = "thunderhead.io/leader";
    private static final String ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

    private final Release release;
    private final PodVolumes volumes;
    private final PodNetwork network;
    private final Podman podman;
    private final PodApiServer apiServer;
    private final HttpClient http;
    private final List<String> hosts = new ArrayList<>();
    private final Map<String, RunningPod> pods = new LinkedHashMap<>();
    private String image = "";

    private record RunningPod(String role, String address) {}

    /// @param http trusts the certificates that pods show
    PodCluster(Release release, PodVolumes volumes, HttpClient http, Path folder) throws Exception {
        this.release = release;
        this.volumes = volumes;
        this.http = http;
        network = new PodNetwork();
        podman = new Podman(folder);
        apiServer = new PodApiServer(
                Files.createDirectories(folder.resolve("api-server")),
                PodNetwork.MACHINE,
                release.all(Role.class)
                        .flatMap(role -> role.getRules().stream())
                        .toList());
    }

    /// Starts all pods, coordinators first, and waits for none.
    void start(Path archive) throws IOException, InterruptedException {
        image = podman.load(archive);
        List<String> roles = new ArrayList<>();
        Release.ROLES.forEach(role -> roles.addAll(Collections.nCopies(replicas(role), role)));
        for (int i = 0; i < roles.size(); i++) {
            addNames(roles.get(i), i - roles.indexOf(roles.get(i)), network.address(i));
        }
        for (int i = 0; i < roles.size(); i++) {
            start(roles.get(i), i - roles.indexOf(roles.get(i)));
        }
    }

    private int replicas(String role) {
        return release.workload(role).getSpec().getReplicas();
    }

    /// What the headless services give, for pods that are ready and those that are not.
    private void addNames(String role, int index, String address) {
        String service = release.workload(role).getSpec().getServiceName() + ".serving.svc";
        hosts.add(service + ":" + address);
        hosts.add(Release.NAME + "-" + role + "-" + index + "." + service + ".cluster.local:" + address);
    }

    private void start(String role, int index) throws IOException, InterruptedException {
        String name = Release.NAME + "-" + role + "-" + index;
        PodSpec pod = pod(role);
        String address = network.nextAddress();
        Map<String, String> environment = release.environment(role, name, address);
        environment.putAll(apiServer.environment());
        Map<String, Path> account =
                pod.getAutomountServiceAccountToken() ? Map.of(ACCOUNT, apiServer.account()) : Map.of();
        podman.start(
                name,
                pod,
                image,
                new Podman.Surroundings(environment, network.addPod(), hosts, volumes.of(pod), account));
        pods.put(name, new RunningPod(role, address));
    }

    Set<String> podNames() {
        return new TreeSet<>(pods.keySet());
    }

    /// The only pod that the service of clients selects; fails while there is none, or more than one.
    String servingPod() {
        String leads =
                release.one(Service.class, Release.NAME).getSpec().getSelector().get(LEADER);
        List<String> selected =
                leads == null ? List.of(Release.NAME + "-coordinator-0") : apiServer.labelled(LEADER, leads);
        if (selected.size() != 1) {
            throw new AssertionError("expected one pod behind the service, got " + selected);
        }
        return selected.getFirst();
    }

    /// @param path of the API of a coordinator
    URI uri(String podName, String path) {
        String scheme = release.container("coordinator")
                .getReadinessProbe()
                .getHttpGet()
                .getScheme();
        return URI.create((scheme == null ? "http" : "https") + "://" + address(podName) + ":8080" + path);
    }

    String address(String podName) {
        return running(podName).address();
    }

    /// Status of the readiness probe of a pod; 0 if nobody answers.
    int ready(String podName) {
        RunningPod pod = running(podName);
        return probe(pod, release.container(pod.role()).getReadinessProbe());
    }

    /// The lowest of the statuses of startup and liveness probes.
    int alive(String podName) {
        RunningPod pod = running(podName);
        Container container = release.container(pod.role());
        return Math.min(probe(pod, container.getStartupProbe()), probe(pod, container.getLivenessProbe()));
    }

    /// Runs the pod of `helm test` against the service; returns what it wrote.
    String helmTest() throws IOException, InterruptedException {
        Pod pod = release.one(Pod.class, Release.NAME + "-test");
        String name = pod.getMetadata().getName();
        Map<String, String> environment =
                Release.environment(pod.getSpec().getContainers().getFirst(), name, network.nextAddress());
        environment.putAll(apiServer.environment());
        String service = Release.NAME + ":" + running(servingPod()).address();
        return podman.run(
                name,
                pod.getSpec(),
                image,
                new Podman.Surroundings(
                        environment, network.addPod(), List.of(service), volumes.of(pod.getSpec()), Map.of()));
    }

    void terminate(String podName) throws IOException, InterruptedException {
        podman.terminate(podName);
    }

    /// Exit code of a pod that gets SIGTERM, if it has not yet, and as long as it is promised.
    int stop(String podName) throws IOException, InterruptedException {
        return podman.stop(podName, pod(running(podName).role()).getTerminationGracePeriodSeconds());
    }

    String logs(String podName) throws IOException, InterruptedException {
        return podman.logs(podName);
    }

    private RunningPod running(String podName) {
        return Objects.requireNonNull(pods.get(podName), podName);
    }

    private PodSpec pod(String role) {
        return release.workload(role).getSpec().getTemplate().getSpec();
    }

    private int probe(RunningPod pod, Probe probe) {
        HTTPGetAction get = probe.getHttpGet();
        int port = release.container(pod.role()).getPorts().stream()
                .filter(candidate -> candidate.getName().equals(get.getPort().getStrVal()))
                .findFirst()
                .orElseThrow()
                .getContainerPort();
        String scheme = get.getScheme() == null ? "http" : get.getScheme().toLowerCase(Locale.ROOT);
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(scheme + "://" + pod.address() + ":" + port + get.getPath()))
                .timeout(Duration.ofSeconds(probe.getTimeoutSeconds()))
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0; // not there
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try (network;
                podman) {
            apiServer.close();
        }
    }
}
