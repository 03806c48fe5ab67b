package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What `helm install` prints: commands that can be pasted, and what is open.
class NotesTest {
    private static final Pattern WORKLOAD = Pattern.compile("statefulset/\\S+-(coordinator)");
    private static final Pattern SERVICE = Pattern.compile("service/(\\S+) (\\d+)");

    @Test
    void commandsNameWhatThereIs() {
        Release release = Release.of(Map.of("service.httpPort", "80"));
        assertThat(WORKLOAD.matcher(release.notes()).results().map(found -> found.group(1)))
                .isNotEmpty()
                .allSatisfy(release::workload);
        MatchResult service =
                SERVICE.matcher(release.notes()).results().findFirst().orElseThrow();
        assertThat(release.one(Service.class, service.group(1)).getSpec().getPorts())
                .anyMatch(port -> port.getPort() == Integer.parseInt(service.group(2)));
        assertThat(release.notes()).contains("kubectl -n serving", "http://demo-thunderhead.serving:80");
    }

    @Test
    void saysWhoMayUseItAndHowItIsTested() {
        assertThat(Release.of(Map.of()).notes())
                .contains("helm -n serving test demo", "Everyone who reaches the service may use it")
                .doesNotContain("Bearer", "https");
        assertThat(Release.of(Map.of("apiKeys.existingSecret", "keys", "tls.http", "certificate"))
                        .notes())
                .contains("Bearer $KEY", "curl -k https://")
                .doesNotContain("helm -n serving test", "Everyone");
    }

    @Test
    void warnsOfMembersThatTrustEverybody() {
        assertThat(Release.of(Map.of("networkPolicy.enabled", "false")).notes())
                .contains("Members trust whoever reaches their ports");
    }
}
