package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a user does with a release, against an API server in memory: it knows paths, names and versions of objects, not
/// what they mean.
@EnableKubernetesMockClient(crud = true)
@SuppressWarnings("NullAway.Init") // the extension sets the client
class ApiServerTest {
    private KubernetesClient client;

    @Test
    void installsUpgradesAndGoesWithoutLeavingAnything() {
        Release first = Release.ofPreset("demo");
        apply(first);
        assertThat(stored(first)).as("installed").isEqualTo(names(first));
        assertThat(replicas("expert-worker")).isEqualTo(2);
        String untouched = version("attention-worker");

        Release more =
                Release.of(Release.preset("demo"), Map.of("expertWorker.replicas", "3", "coordinator.replicas", "2"));
        apply(more);
        assertThat(replicas("expert-worker")).isEqualTo(3);
        assertThat(stored(more)).as("with the rights of a second coordinator").isEqualTo(names(more));
        assertThat(names(more)).hasSizeGreaterThan(names(first).size());
        assertThat(podTemplate(first, "expert-worker"))
                .as("more expert workers do not restart those that run")
                .isEqualTo(podTemplate(
                        Release.of(Release.preset("demo"), Map.of("expertWorker.replicas", "3")), "expert-worker"));
        assertThat(untouched).isNotNull();

        more.objects().forEach(object -> client.resource(inNamespace(object)).delete());
        assertThat(stored(more)).as("deleted").isEmpty();
    }

    private void apply(Release release) {
        release.objects()
                .forEach(object -> client.resource(inNamespace(object)).createOr(existing -> existing.update()));
    }

    private int replicas(String role) {
        return workload(role).getSpec().getReplicas();
    }

    private String version(String role) {
        return workload(role).getMetadata().getResourceVersion();
    }

    private StatefulSet workload(String role) {
        return client.apps()
                .statefulSets()
                .inNamespace("serving")
                .withName(Release.NAME + "-" + role)
                .get();
    }

    private static Object podTemplate(Release release, String role) {
        return release.workload(role).getSpec().getTemplate();
    }

    private Set<String> stored(Release release) {
        return release.objects().stream()
                .filter(object -> client.resource(inNamespace(object)).get() != null)
                .map(ApiServerTest::name)
                .collect(Collectors.toSet());
    }

    private static Set<String> names(Release release) {
        return release.objects().stream().map(ApiServerTest::name).collect(Collectors.toSet());
    }

    private static String name(HasMetadata object) {
        return object.getKind() + "/" + object.getMetadata().getName();
    }

    private static HasMetadata inNamespace(HasMetadata object) {
        object.getMetadata().setNamespace("serving");
        return object;
    }
}
