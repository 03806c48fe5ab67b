package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cli.settings.ThunderheadSchema;
import io.thunderhead.cli.settings.YamlLayer;
import io.thunderhead.core.config.ConfigKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// `config` of values.yaml is docs/CONFIG.md with the same names.
class ValuesTest {
    /// What a cluster of pods needs other than processes of one machine; values.yaml says why where it is not plain.
    private static final Map<String, String> CHANGED = Map.ofEntries(
            Map.entry("node.port", "7070"),
            Map.entry("node.health-port", "7080"),
            Map.entry("cluster.port-auto-increment", "false"),
            Map.entry("cluster.rejoin-grace", "60s"),
            Map.entry("transport.arrow-memory", "256MiB"),
            Map.entry("transport.shared-memory", "off"),
            Map.entry("http.max-bodies", "256MiB"),
            Map.entry("metrics.port", "9464"));

    @Test
    void configHasEveryKeyAndNoOther() throws Exception {
        assertThat(values().keySet())
                .containsExactlyElementsOf(ThunderheadSchema.SCHEMA.keys().stream()
                        .map(ConfigKey::name)
                        .toList());
    }

    @Test
    void valuesAreTheDefaultsButForThoseNamedHere() throws Exception {
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> found = new TreeMap<>();
        Map<String, JsonNode> values = values();
        for (ConfigKey key : ThunderheadSchema.SCHEMA.keys()) {
            JsonNode value = values.get(key.name());
            if (value != null && !value.isNull()) {
                expected.put(key.name(), CHANGED.getOrDefault(key.name(), key.defaultText()));
                found.put(key.name(), value.asString());
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void theRenderedFileHasTheValuesOfTheChartAndWhatIsSet(@TempDir Path folder) {
        Release release = Release.of(Map.of("config.scheduler.prompt-logprobs-max", "2000000"));
        Map<String, String> file = new LinkedHashMap<>();
        YamlLayer.read(release.writeConfig(folder)).values().forEach((key, value) -> file.put(key, value.text()));

        assertThat(file)
                .containsEntry("scheduler.prompt-logprobs-max", "2000000")
                .containsEntry("transport.shared-memory", "off")
                .containsEntry("cluster.discovery", "kubernetes")
                .containsEntry("cluster.kubernetes-service", "demo-thunderhead-coordinator")
                .containsEntry("cluster.kubernetes-namespace", "serving")
                .doesNotContainKeys("model.dir", "model.name", "node.id", "http.api-keys-file");
    }

    @Test
    void presetsAreNamedInTheReadme() throws Exception {
        String readme = Files.readString(Release.CHART.resolveSibling("README.md"));
        try (var files = Files.list(Release.CHART.resolve("presets"))) {
            List<String> names = files.map(
                            file -> String.valueOf(file.getFileName()).replace(".yaml", ""))
                    .toList();
            assertThat(names).containsExactlyInAnyOrderElementsOf(Release.PRESETS);
            assertThat(names).allSatisfy(name -> assertThat(readme).contains("`" + name + "`"));
        }
    }

    /// Key to value, in the file's order.
    private static Map<String, JsonNode> values() throws Exception {
        JsonNode config = new YAMLMapper()
                .readTree(Files.readString(Release.CHART.resolve("values.yaml")))
                .path("config");
        Map<String, JsonNode> values = new LinkedHashMap<>();
        config.forEachEntry(
                (section, keys) -> keys.forEachEntry((key, value) -> values.put(section + "." + key, value)));
        return values;
    }
}
