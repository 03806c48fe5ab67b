package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// What the chart hands to Prometheus, Grafana and autoscalers.
class MonitoringTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    private final Release release = Release.of(
            Path.of("src/test/resources/io/thunderhead/helm/all-on.yaml").toAbsolutePath(),
            Map.of("monitoring.rules.enabled", "true", "monitoring.dashboards.enabled", "true"));

    @Test
    void alertRulesArriveAsTheyAreInTheFile() throws Exception {
        JsonNode file = YAML.readTree(Files.readString(Release.CHART.resolve("rules/thunderhead.yaml")));
        assertThat(extension("PrometheusRule").path("spec").path("groups")).isEqualTo(file.path("groups"));
    }

    @Test
    void alertsLinkToThePageThatTheReadersHave() {
        Release release = Release.of(Map.of(
                "monitoring.rules.enabled", "true",
                "monitoring.rules.runbook", "https://wiki.example.com/thunderhead"));

        assertThat(release.text().lines().map(String::strip).filter(line -> line.startsWith("runbook_url:")))
                .hasSizeGreaterThan(10)
                .contains("runbook_url: https://wiki.example.com/thunderhead#thunderheadstuck")
                .allMatch(line -> line.startsWith("runbook_url: https://wiki.example.com/thunderhead#thunderhead"));
    }

    /// KEDA makes an autoscaler of its own, which would take several workers at once unless told.
    @Test
    void workersLeaveOneByOneWhoeverScales() throws Exception {
        for (String by : List.of("hpa", "keda")) {
            Release scaled = Release.of(Map.of(
                    "expertWorker.autoscaling.enabled", "true",
                    "expertWorker.autoscaling.by", by,
                    "expertWorker.autoscaling.keda.serverAddress", "http://prometheus:9090"));
            JsonNode scaler = YAML.readTree(scaled.documents().stream()
                    .filter(document -> document.contains("scaleTargetRef:"))
                    .findFirst()
                    .orElseThrow());
            assertThat(scaler.findValue("scaleDown")).as(by).isEqualTo(YAML.readTree("""
                    stabilizationWindowSeconds: 600
                    policies:
                    - {type: Pods, value: 1, periodSeconds: 600}
                    """));
        }
    }

    @Test
    void dashboardsArriveAsTheyAreInTheirFiles() throws Exception {
        try (Stream<Path> files = Files.list(Release.CHART.resolve("dashboards"))) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                ConfigMap map = release.one(ConfigMap.class, Release.NAME + "-dashboard-" + name.replace(".json", ""));
                assertThat(YAML.readTree(map.getData().get(name))).isEqualTo(YAML.readTree(Files.readString(file)));
                assertThat(map.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
            }
        }
    }

    /// Every pod once: the headless services have the port, the one of clients has not.
    @Test
    void theServiceMonitorFindsEveryRole() throws Exception {
        JsonNode spec = extension("ServiceMonitor").path("spec");
        String port = spec.path("endpoints").path(0).path("port").asString();
        List<String> found = release.all(Service.class)
                .filter(service -> spec.path("selector").path("matchLabels").properties().stream()
                        .allMatch(label -> label.getValue()
                                .asString()
                                .equals(service.getMetadata().getLabels().get(label.getKey()))))
                .filter(service -> service.getSpec().getPorts().stream()
                        .anyMatch(candidate -> candidate.getName().equals(port)))
                .map(service -> service.getMetadata().getName())
                .toList();
        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(Release.ROLES.stream()
                        .map(role -> Release.NAME + "-" + role)
                        .toList());
    }

    @Test
    void autoscalersWatchMetricsThatWorkersHave() throws Exception {
        String documented = Files.readString(Release.CHART.resolve("../../docs/METRICS.md"));
        String metric = release.one(HorizontalPodAutoscaler.class, Release.NAME + "-expert-worker")
                .getSpec()
                .getMetrics()
                .getFirst()
                .getPods()
                .getMetric()
                .getName();
        assertThat(documented).contains("`" + metric + "`");

        Release keda = Release.of(Map.of(
                "expertWorker.autoscaling.enabled", "true",
                "expertWorker.autoscaling.by", "keda",
                "expertWorker.autoscaling.keda.serverAddress", "http://prometheus:9090"));
        JsonNode trigger = YAML.readTree(keda.documents().stream()
                        .filter(document -> document.contains("kind: ScaledObject"))
                        .findFirst()
                        .orElseThrow())
                .path("spec")
                .path("triggers")
                .path(0)
                .path("metadata");
        assertThat(trigger.path("query").asString())
                .isEqualTo("sum(rate(thunderhead_dispatch_compute_seconds_sum{namespace=\"serving\"}[2m]))");
        assertThat(documented).contains("`thunderhead_dispatch_compute_seconds`");
    }

    @Test
    void scalingInBelowWhatHoldsAllExpertsIsRefused() {
        assertThatThrownBy(() -> Release.of(Map.of(
                        "expertWorker.autoscaling.enabled", "true", "expertWorker.autoscaling.minReplicas", "1")))
                .hasMessageContaining("not below expertWorker.replicas, which hold all experts");
    }

    private JsonNode extension(String kind) throws Exception {
        HasMetadata object = release.all(GenericKubernetesResource.class)
                .filter(candidate -> candidate.getKind().equals(kind))
                .findFirst()
                .orElseThrow();
        return YAML.readTree(release.documents().stream()
                .filter(document -> document.contains("kind: " + object.getKind()))
                .findFirst()
                .orElseThrow());
    }
}
