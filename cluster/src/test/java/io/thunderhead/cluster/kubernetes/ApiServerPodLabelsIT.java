package io.thunderhead.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.testing.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against an API server that notes what it is asked.
class ApiServerPodLabelsIT {
    private record Asked(String line, String authorization, String contentType, String body) {}

    @TempDir
    private Path folder;

    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private HttpsServer server;
    private int status = 200;

    @BeforeEach
    void start() throws Exception {
        TestAuthority authority = TestAuthority.create(folder);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(authority.serve("IP:127.0.0.1")));
        server.createContext("/", this::answer);
        server.start();
        Path account = Files.createDirectories(folder.resolve("account"));
        Files.copy(authority.certificate(), account.resolve("ca.crt"));
        Files.writeString(account.resolve("token"), "first-token\n");
        Files.writeString(account.resolve("namespace"), "serving");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void patchesTheLabelOfItsOwnPodAndNothingElse() throws Exception {
        PodLabels labels = labels();

        labels.set("thunderhead.io/leader", true);
        Files.writeString(folder.resolve("account/token"), "second-token");
        labels.set("thunderhead.io/leader", false);

        assertThat(asked)
                .containsExactly(
                        new Asked(
                                "PATCH /api/v1/namespaces/serving/pods/demo-thunderhead-coordinator-1",
                                "Bearer first-token",
                                "application/merge-patch+json",
                                "{\"metadata\":{\"labels\":{\"thunderhead.io/leader\":\"true\"}}}"),
                        new Asked(
                                "PATCH /api/v1/namespaces/serving/pods/demo-thunderhead-coordinator-1",
                                "Bearer second-token",
                                "application/merge-patch+json",
                                "{\"metadata\":{\"labels\":{\"thunderhead.io/leader\":null}}}"));
    }

    @Test
    void saysWhatTheServerSaidWhenItRefuses() {
        status = 403;

        assertThatThrownBy(() -> labels().set("thunderhead.io/leader", true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected 200, got 403: no rights");
    }

    @Test
    void outsideOfAPodItIsAConfigurationMistake() {
        assertThatThrownBy(() -> ApiServerPodLabels.of(folder.resolve("account"), Map.of()))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("KUBERNETES_SERVICE_HOST");
        assertThatThrownBy(() -> ApiServerPodLabels.of(folder.resolve("nothing"), environment()))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("needs the pod's service account");
    }

    private PodLabels labels() {
        return ApiServerPodLabels.of(folder.resolve("account"), environment());
    }

    private Map<String, String> environment() {
        return Map.of(
                "KUBERNETES_SERVICE_HOST",
                "127.0.0.1",
                "KUBERNETES_SERVICE_PORT",
                Integer.toString(server.getAddress().getPort()),
                "HOSTNAME",
                "demo-thunderhead-coordinator-1");
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(new Asked(
                exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                exchange.getRequestHeaders().getFirst("Authorization"),
                exchange.getRequestHeaders().getFirst("Content-Type"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        byte[] body = (status == 200 ? "{}" : "no rights").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
