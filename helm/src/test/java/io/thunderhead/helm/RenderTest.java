package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.coordinator.grpc.GrpcConfig;
import io.thunderhead.coordinator.http.HttpConfig;
import io.thunderhead.coordinator.schedule.SchedulerConfig;
import io.thunderhead.core.config.Config;
import io.thunderhead.transport.TransportConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Over a matrix of values: every part of the chart is switched on in one of them and off in another.
class RenderTest {
    private static final Path VALUES =
            Path.of("src/test/resources/io/thunderhead/helm").toAbsolutePath();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Path GOLDENS = VALUES.resolve("goldens");

    /// A rendering with a name.
    record Case(String name, Release release) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Case> MATRIX = Stream.concat(
                    Release.PRESETS.stream().map(name -> new Case(name, Release.ofPreset(name))),
                    Stream.of(
                            new Case("defaults", Release.of(Map.of())),
                            new Case("all-on", Release.of(VALUES.resolve("all-on.yaml"), Map.of())),
                            new Case("all-off", Release.of(VALUES.resolve("all-off.yaml"), Map.of()))))
            .toList();

    static List<Case> matrix() {
        return MATRIX;
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void rendersAsReviewed(Case each) throws Exception {
        RewrittenFile.check(
                GOLDENS.resolve(each.name() + ".yaml"), each.release().text());
    }

    /// With the objects of operators, whose text would make goldens long.
    static List<Case> matrixAndOperators() {
        Map<String, String> settings = Map.of(
                "monitoring.serviceMonitor.enabled", "true",
                "monitoring.rules.enabled", "true",
                "monitoring.dashboards.enabled", "true",
                "expertWorker.autoscaling.enabled", "true",
                "expertWorker.autoscaling.by", "keda",
                "expertWorker.autoscaling.keda.serverAddress", "http://prometheus:9090");
        return Stream.concat(MATRIX.stream(), Stream.of(new Case("operators", Release.of(settings))))
                .toList();
    }

    /// The parser keeps unknown fields in a map beside the known ones instead of refusing them.
    @ParameterizedTest
    @MethodSource("matrixAndOperators")
    void everyFieldIsOneThatKubernetesKnows(Case each) {
        List<String> unknown = new ArrayList<>();
        for (HasMetadata object : each.release().objects()) {
            assertThat(object instanceof GenericKubernetesResource)
                    .as("%s is of an extension", object.getKind())
                    .isEqualTo(OperatorTypes.has(object.getApiVersion(), object.getKind()));
            UnknownFields.of(object)
                    .forEach(field -> unknown.add(
                            object.getKind() + " " + object.getMetadata().getName() + ": " + field));
        }
        assertThat(unknown).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "failureThreshold:, failureTreshold:, livenessProbe.failureTreshold",
        "maxReplicaCount:, maxReplicas:, spec.maxReplicas: unknown",
        "'threshold: \"0.7\"', 'threshold: 0.7', 'spec.triggers[].metadata: expected \"texts\"'",
        "interval: 15s, interval: 15 s, 'spec.endpoints[].interval: expected \"duration\"'",
        "expr:, expression:, spec.groups[].rules[].expr: missing"
    })
    void aMistakeIsFound(String right, String wrong, String found) {
        Release release = matrixAndOperators().getLast().release();
        assertThat(release.text()).contains(right);
        assertThat(new Release(release.text().replace(right, wrong), "")
                        .objects().stream().flatMap(object -> UnknownFields.of(object).stream()))
                .anySatisfy(mistake -> assertThat(mistake).contains(found));
    }

    /// A value that was not given renders as a key with nothing behind it.
    @ParameterizedTest
    @MethodSource("matrix")
    void nothingIsLeftEmpty(Case each) {
        assertThat(each.release().documents())
                .allSatisfy(document -> assertThat(empty(YAML.readTree(document), ""))
                        .as(document)
                        .isEmpty());
    }

    private static List<String> empty(JsonNode node, String path) {
        List<String> found = new ArrayList<>();
        if (node.isNull()) {
            found.add(path);
        }
        node.forEachEntry((key, value) -> found.addAll(empty(value, path + "." + key)));
        node.values().stream()
                .filter(value -> node.isArray())
                .forEach(value -> found.addAll(empty(value, path + "[]")));
        return found;
    }

    @Test
    void theTestShowsTheKeyThatItIsGiven() {
        assertThat(keyOfTheTest(Map.of())).isEmpty();
        assertThat(keyOfTheTest(Map.of("apiKeys.keys.alice", "a-key"))).contains("demo-thunderhead-api-keys/test-key");
        assertThat(keyOfTheTest(Map.of(
                        "apiKeys.existingSecret", "theirs", "apiKeys.testKey.secret", "s", "apiKeys.testKey.key", "k")))
                .contains("s/k");
        assertThat(Release.of(Map.of("apiKeys.existingSecret", "theirs")).all(Pod.class))
                .as("without a key it could only fail")
                .isEmpty();
    }

    private static Optional<String> keyOfTheTest(Map<String, String> settings) {
        return Release.of(settings)
                .one(Pod.class, Release.NAME + "-test")
                .getSpec()
                .getContainers()
                .getFirst()
                .getEnv()
                .stream()
                .map(variable -> variable.getValueFrom().getSecretKeyRef())
                .map(key -> key.getName() + "/" + key.getKey())
                .findFirst();
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void noTwoObjectsHaveOneName(Case each) {
        assertThat(each.release().objects().stream()
                        .map(object ->
                                object.getKind() + "/" + object.getMetadata().getName()))
                .doesNotHaveDuplicates();
    }

    /// What the pods are told is what their processes take: every key known, every value in range.
    @ParameterizedTest
    @MethodSource("matrix")
    void everyRoleCanReadItsSettings(Case each, @TempDir Path folder) {
        for (String role : Release.ROLES) {
            Config config = each.release().config(role, folder);
            assertThat(config.get(NodeSettings.class).id()).contains(Release.NAME + "-" + role + "-0");
            assertThat(config.get(ClusterConfig.class).bindHost()).isEqualTo("10.1.2.3");
        }
        ClusterConfig leader = each.release().config("coordinator", folder).get(ClusterConfig.class);
        assertThat(leader.attentionWorkers()).isEqualTo(replicas(each.release(), "attention-worker"));
        Integer experts = each.release().workload("expert-worker").getSpec().getReplicas();
        assertThat(leader.expertWorkers())
                .isEqualTo(experts == null ? 2 : experts); // null: an autoscaler says how many
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void podsRunWithoutRightsOnAFileSystemThatCannotBeWritten(Case each) {
        List<PodSpec> pods = Stream.concat(
                        Release.ROLES.stream()
                                .map(role -> each.release()
                                        .workload(role)
                                        .getSpec()
                                        .getTemplate()
                                        .getSpec()),
                        each.release().all(Pod.class).map(Pod::getSpec))
                .toList();
        assertThat(pods).allSatisfy(pod -> {
            SecurityContext container = pod.getContainers().getFirst().getSecurityContext();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(container.getReadOnlyRootFilesystem()).isTrue();
            assertThat(container.getAllowPrivilegeEscalation()).isFalse();
            assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(pod.getVolumes())
                    .noneMatch(volume ->
                            volume.getHostPath() != null && !volume.getName().equals("checkpoint"));
            assertThat(pod.getContainers().getFirst().getVolumeMounts())
                    .filteredOn(mount -> !mount.getMountPath().equals("/tmp"))
                    .allSatisfy(mount -> assertThat(mount.getReadOnly()).isTrue());
        });
    }

    @Test
    void aPodComputesOnAsManyProcessorsAsItAsksFor() {
        Release release = Release.of(Map.of(
                "attentionWorker.resources.requests.cpu", "2500m",
                "expertWorker.jvmOptions", "-XX:ActiveProcessorCount=7"));
        assertThat(javaOptions(release, "coordinator")).contains("-XX:ActiveProcessorCount=1");
        assertThat(javaOptions(release, "attention-worker")).contains("-XX:ActiveProcessorCount=3");
        assertThat(javaOptions(release, "expert-worker"))
                .as("the last one counts")
                .endsWith("-XX:ActiveProcessorCount=7");
    }

    private static @Nullable String javaOptions(Release release, String role) {
        return release.environment(role, "p", "10.0.0.1").get("JAVA_TOOL_OPTIONS");
    }

    /// Otherwise the kubelet kills requests that were promised their end.
    @ParameterizedTest
    @MethodSource("matrix")
    void theGracePeriodHoldsTheWholeStop(Case each, @TempDir Path folder) {
        Config coordinator = each.release().config("coordinator", folder);
        Duration graces = coordinator
                .get(HttpConfig.class)
                .shutdownGrace()
                .plus(coordinator.get(GrpcConfig.class).closeGrace())
                .plus(coordinator.get(SchedulerConfig.class).shutdownGrace());
        long drain = each.release()
                .container("coordinator")
                .getLifecycle()
                .getPreStop()
                .getSleep()
                .getSeconds();
        assertThat(graceSeconds(each.release(), "coordinator")).isGreaterThanOrEqualTo(graces.toSeconds() + drain + 20);
        for (String worker : List.of("attention-worker", "expert-worker")) {
            Duration close = each.release()
                    .config(worker, folder)
                    .get(TransportConfig.class)
                    .closeGrace();
            assertThat(graceSeconds(each.release(), worker)).isGreaterThanOrEqualTo(2 * close.toSeconds() + 20);
        }
    }

    @Test
    void aLongerGraceOfARoleLengthensItsPeriodOnly() {
        Release longer = Release.of(Map.of("coordinator.config.http.shutdown-grace", "10m"));
        Release usual = Release.of(Map.of());
        assertThat(graceSeconds(longer, "coordinator")).isEqualTo(graceSeconds(usual, "coordinator") + 570);
        assertThat(graceSeconds(longer, "expert-worker")).isEqualTo(graceSeconds(usual, "expert-worker"));
    }

    @Test
    void lintsStrictly() {
        LintResult result = new Helm(Release.CHART).lint().strict().call();
        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
    }

    @Test
    void aCheckpointWithoutItsPlaceIsRefused() {
        assertThatThrownBy(() -> Release.of(Map.of("checkpoint.source", "claim", "config.model.name", "m")))
                .hasMessageContaining("checkpoint.claim.name: which claim holds the checkpoint?");
        assertThatThrownBy(() -> Release.of(Map.of("checkpoint.source", "hostPath", "checkpoint.hostPath.path", "/m")))
                .hasMessageContaining("config.model.name: under which name");
    }

    private static int replicas(Release release, String role) {
        return release.workload(role).getSpec().getReplicas();
    }

    private static long graceSeconds(Release release, String role) {
        return release.workload(role).getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds();
    }
}
