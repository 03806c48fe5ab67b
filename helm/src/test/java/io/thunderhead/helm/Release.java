package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.thunderhead.cli.settings.ThunderheadSchema;
import io.thunderhead.cli.settings.YamlLayer;
import io.thunderhead.core.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// The chart rendered with some values, as `helm install demo ... --namespace serving` would send it.
///
/// @param text all objects, as YAML documents
/// @param notes what is printed then
record Release(String text, String notes) {
    static final Path CHART = Path.of("thunderhead").toAbsolutePath();
    static final List<String> ROLES = List.of("coordinator", "attention-worker", "expert-worker");
    static final List<String> PRESETS = List.of("demo", "8x80gb", "multi-node", "cpu-experts");
    static final String NAME = "demo-thunderhead";

    /// What makes a manifest a hook; the library renders everything else.
    private static final String HOOK = "helm.sh/hook: ";
    private static final String NO_HOOK = "helm.sh/rendered-hook: ";
    private static final String NOTES = "Notes";

    private static final Path RENDERED = asTheLibraryRendersIt();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern DOCUMENT_END = Pattern.compile("(?m)^---\\s*$");

    static Path preset(String name) {
        return CHART.resolve("presets").resolve(name + ".yaml");
    }

    static Release ofPreset(String name) {
        return of(preset(name), Map.of());
    }

    static Release of(Map<String, String> settings) {
        return render(settings, null);
    }

    static Release of(Path values, Map<String, String> settings) {
        return render(settings, values);
    }

    private static Release render(Map<String, String> settings, @Nullable Path values) {
        String rendered = template(settings, values).replace(NO_HOOK, HOOK);
        String notes = DOCUMENT_END
                .splitAsStream(rendered)
                .filter(document -> document.contains("kind: " + NOTES))
                .findFirst()
                .orElseThrow();
        return new Release(
                rendered.replace("---" + notes, ""),
                YAML.readTree(notes).path("text").asString());
    }

    private static String template(Map<String, String> settings, @Nullable Path values) {
        TemplateCommand template =
                new Helm(RENDERED).template().withName("demo").withNamespace("serving");
        if (values != null) {
            template = template.withValuesFile(values);
        }
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            template = template.set(setting.getKey(), setting.getValue());
        }
        return template.call();
    }

    /// The library renders as if for Kubernetes 1.20, whatever the chart asks for, and leaves out hooks and notes.
    private static Path asTheLibraryRendersIt() {
        Path copy = Path.of("target", "chart").toAbsolutePath();
        try (Stream<Path> files = Files.walk(CHART)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(CHART.relativize(file).toString());
                Files.createDirectories(target.resolveSibling(""));
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
            edit(copy.resolve("Chart.yaml"), text -> text.replaceAll("(?m)^kubeVersion:.*$", ""));
            edit(copy.resolve("templates/tests/completion.yaml"), text -> text.replace(HOOK, NO_HOOK));
            Files.writeString(copy.resolve("templates/notes.yaml"), """
                    {{- define "notes" -}}
                    %s
                    {{- end -}}
                    kind: %s
                    text: |
                      {{- include "notes" . | nindent 2 }}
                    """.formatted(
                            Files.readString(CHART.resolve("templates/NOTES.txt")), NOTES));
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void edit(Path file, UnaryOperator<String> change) throws IOException {
        Files.writeString(file, change.apply(Files.readString(file)));
    }

    /// Each document, in the order in which they were rendered.
    List<String> documents() {
        return DOCUMENT_END
                .splitAsStream(text)
                .filter(document -> document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#")))
                .toList();
    }

    @SuppressWarnings("deprecation") // the replacement needs a client of a running cluster
    List<HasMetadata> objects() {
        return documents().stream()
                .map(document -> (HasMetadata) Serialization.unmarshal(document))
                .toList();
    }

    <T extends HasMetadata> Stream<T> all(Class<T> type) {
        return objects().stream().filter(type::isInstance).map(type::cast);
    }

    <T extends HasMetadata> T one(Class<T> type, String name) {
        return all(type)
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " " + name + " in\n" + text));
    }

    StatefulSet workload(String role) {
        return one(StatefulSet.class, NAME + "-" + role);
    }

    Container container(String role) {
        return workload(role).getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    /// The environment of a pod of this role.
    Map<String, String> environment(String role, String podName, String podAddress) {
        return environment(container(role), podName, podAddress);
    }

    /// With what the pod's own fields say; a variable from elsewhere fails.
    static Map<String, String> environment(Container container, String podName, String podAddress) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (EnvVar variable : container.getEnv()) {
            String value = variable.getValueFrom() == null
                    ? variable.getValue()
                    : value(variable.getValueFrom(), container, podName, podAddress);
            environment.put(variable.getName(), expanded(value, environment));
        }
        return environment;
    }

    private static String value(EnvVarSource source, Container container, String podName, String podAddress) {
        String field = source.getFieldRef() == null
                ? source.getResourceFieldRef().getResource()
                : source.getFieldRef().getFieldPath();
        return switch (field) {
            case "metadata.name" -> podName;
            case "status.podIP" -> podAddress;
            case "requests.cpu" -> wholeCpus(container.getResources().getRequests());
            default -> throw new AssertionError(field);
        };
    }

    /// As the kubelet writes it: rounded up, 0 if nothing is asked for.
    private static String wholeCpus(Map<String, Quantity> requests) {
        BigDecimal cpus = requests.getOrDefault("cpu", new Quantity("0")).getNumericalAmount();
        return cpus.setScale(0, RoundingMode.CEILING).toPlainString();
    }

    /// `$(NAME)` is a variable that came before.
    private static String expanded(String value, Map<String, String> before) {
        String expanded = value;
        for (Map.Entry<String, String> variable : before.entrySet()) {
            expanded = expanded.replace("$(" + variable.getKey() + ")", variable.getValue());
        }
        assertThat(expanded).doesNotContain("$(");
        return expanded;
    }

    /// The file that all pods read, written into a folder.
    Path writeConfig(Path folder) {
        try {
            return Files.writeString(
                    folder.resolve("thunderhead.yaml"),
                    one(ConfigMap.class, NAME).getData().get("thunderhead.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The settings of a pod of this role, as its process reads them.
    Config config(String role, Path folder) {
        Map<String, String> environment = environment(role, NAME + "-" + role + "-0", "10.1.2.3");
        environment.remove("THUNDERHEAD_CONFIG");
        return ThunderheadSchema.SCHEMA.bind(
                YamlLayer.read(writeConfig(folder)), ThunderheadSchema.SCHEMA.environment(environment));
    }
}
