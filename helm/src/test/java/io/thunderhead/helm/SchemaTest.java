package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.cli.settings.ThunderheadSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// values.schema.json: a mistake is found when the chart is installed, not when a pod does not start.
class SchemaTest {
    private static final Path FILE = Release.CHART.resolve("values.schema.json");
    /// Templates read these from the shared settings; a role cannot have its own.
    private static final Set<String> SHARED = Set.of(
            "node.port",
            "node.health-port",
            "cluster.bind-port",
            "cluster.name",
            "http.port",
            "grpc.port",
            "metrics.port");

    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void settingsAreAsTheConfigurationExpectsThem() throws Exception {
        ObjectNode schema = (ObjectNode) JSON.readTree(Files.readString(FILE));
        Set<String> chartSets = chartSets();
        ObjectNode definitions = schema.withObject("definitions");
        definitions.set("config", SettingsSchema.of(ThunderheadSchema.SCHEMA.keys(), chartSets));
        Set<String> notOfRole = new HashSet<>(chartSets);
        notOfRole.addAll(SHARED);
        notOfRole.remove("node.memory");
        definitions.set("roleConfig", SettingsSchema.of(ThunderheadSchema.SCHEMA.keys(), notOfRole));

        RewrittenFile.check(FILE, pretty(schema));
    }

    @ParameterizedTest
    @CsvSource({
        "config.scheduler.max-runing, 3, max-runing",
        "config.scheduler.max-running, 0, max-running",
        "config.scheduler.step-timeout, 5 minutes, step-timeout",
        "config.http.max-body, many, max-body",
        "config.model.quantize, int4, quantize",
        "config.transport.shared-memory, false, shared-memory",
        "config.node.host, 10.0.0.1, host",
        "attentionWorker.config.node.port, 7071, port",
        "expertWorkers.replicas, 3, expertWorkers",
        "expertWorker.replicas, 0, replicas",
        "checkpoint.source, s3, source",
        "image.digest, latest, digest"
    })
    void refusesWhatNoNodeWouldTake(String key, String value, String named) {
        assertThatThrownBy(() -> Release.of(Map.of(key, value)))
                .hasMessageContaining("values don't meet the specifications of the schema")
                .hasMessageContaining(named);
    }

    /// Otherwise a new value can be misspelt.
    @Test
    void everyValueOfTheChartIsInTheSchema() throws Exception {
        JsonNode values = new YAMLMapper().readTree(Files.readString(Release.CHART.resolve("values.yaml")));
        JsonNode properties = JSON.readTree(Files.readString(FILE)).path("properties");
        values.forEachEntry(
                (key, value) -> assertThat(properties.has(key)).as(key).isTrue());
    }

    /// Those that are null in values.yaml.
    private static Set<String> chartSets() throws Exception {
        JsonNode config = new YAMLMapper()
                .readTree(Files.readString(Release.CHART.resolve("values.yaml")))
                .path("config");
        Set<String> keys = new HashSet<>();
        config.forEachEntry((section, settings) -> settings.forEachEntry((key, value) -> {
            if (value.isNull()) {
                keys.add(section + "." + key);
            }
        }));
        return keys;
    }

    private static String pretty(JsonNode schema) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
    }
}
