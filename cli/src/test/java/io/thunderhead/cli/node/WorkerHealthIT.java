package io.thunderhead.cli.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerHealthIT {
    private static final NodeId ID = new NodeId("expert-0");

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void isReadyOnlyWhileTheWorkerSaysSo() throws Exception {
        try (WorkerHealth health = WorkerHealth.of(ID, settings(0)).orElseThrow()) {
            assertThat(get(health, "live").statusCode()).isEqualTo(200);
            assertThat(get(health, "ready").statusCode()).isEqualTo(503);

            health.report(new ChildStatus(40, 40, true, Map.of(), "ready"));
            assertThat(get(health, "ready").statusCode()).isEqualTo(200);

            health.report(new ChildStatus(10, 40, false, Map.of(), "loading"));
            HttpResponse<String> answer = get(health, "ready");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("\"status\":\"not ready\"", "\"detail\":\"loading\"");
            assertThat(get(health, "live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aPortInUseIsAConfigurationMistake() {
        try (WorkerHealth health = WorkerHealth.of(ID, settings(0)).orElseThrow()) {
            assertThatThrownBy(
                            () -> WorkerHealth.of(ID, settings(health.address().port())))
                    .isInstanceOf(ServingException.class)
                    .hasMessageContaining("node.health-port: cannot listen on " + health.address());
        }
    }

    @Test
    void withoutAPortThereIsNone() {
        assertThat(WorkerHealth.of(
                        ID,
                        new NodeSettings(
                                Optional.empty(),
                                "127.0.0.1",
                                0,
                                Optional.empty(),
                                List.of("cpu"),
                                90,
                                Optional.empty())))
                .isEmpty();
    }

    private static NodeSettings settings(int port) {
        return new NodeSettings(
                Optional.empty(), "127.0.0.1", 0, Optional.empty(), List.of("cpu"), 90, Optional.of(port));
    }

    private HttpResponse<String> get(WorkerHealth health, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + health.address() + "/health/" + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
