package io.thunderhead.helm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.thunderhead.core.testing.TestAuthority;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The part of an API server that pods of the chart talk to: labels of pods, patched by those whom the rendered role
/// lets.
final class PodApiServer implements AutoCloseable {
    private static final Pattern POD = Pattern.compile("/api/v1/namespaces/serving/pods/([^/]+)");
    private static final String TOKEN = "token-of-the-coordinators";
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpsServer server;
    private final Path account;
    private final List<PolicyRule> rules;
    private final Map<String, Map<String, String>> labels = new ConcurrentHashMap<>();

    /// @param folder for certificates and the files of the service account
    /// @param address of this machine as pods see it
    /// @param rules what the account may do
    PodApiServer(Path folder, String address, List<PolicyRule> rules) throws IOException {
        this.rules = rules;
        TestAuthority authority = TestAuthority.create(folder);
        account = Files.createDirectories(folder.resolve("account"));
        Files.copy(authority.certificate(), account.resolve("ca.crt"));
        Files.writeString(account.resolve("token"), TOKEN);
        Files.writeString(account.resolve("namespace"), "serving");
        server = HttpsServer.create(new InetSocketAddress(address, 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(authority.serve("ip:" + address)));
        server.createContext("/", this::answer);
        server.start();
    }

    /// What Kubernetes mounts into a pod that may talk to it.
    Path account() {
        return account;
    }

    /// What Kubernetes tells every container.
    Map<String, String> environment() {
        return Map.of(
                "KUBERNETES_SERVICE_HOST", server.getAddress().getHostString(),
                "KUBERNETES_SERVICE_PORT", Integer.toString(server.getAddress().getPort()));
    }

    /// Names of the pods with this label, as a service selects them.
    List<String> labelled(String label, String value) {
        return labels.entrySet().stream()
                .filter(pod -> value.equals(pod.getValue().get(label)))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Matcher pod = POD.matcher(exchange.getRequestURI().getPath());
            byte[] body = exchange.getRequestBody().readAllBytes();
            int status = pod.matches() && mayPatch(exchange, pod.group(1)) ? 200 : 403;
            if (status == 200) {
                merge(pod.group(1), JSON.readTree(body).path("metadata").path("labels"));
            }
            byte[] answer = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private boolean mayPatch(HttpExchange exchange, String pod) {
        return exchange.getRequestMethod().equals("PATCH")
                && ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))
                && rules.stream()
                        .anyMatch(rule -> rule.getApiGroups().contains("")
                                && rule.getResources().contains("pods")
                                && rule.getVerbs().contains("patch")
                                && rule.getResourceNames().contains(pod));
    }

    private void merge(String pod, JsonNode patch) {
        Map<String, String> own = labels.computeIfAbsent(pod, name -> new ConcurrentHashMap<>());
        patch.forEachEntry((label, value) -> {
            if (value.isNull()) {
                own.remove(label);
            } else {
                own.put(label, value.asString());
            }
        });
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
