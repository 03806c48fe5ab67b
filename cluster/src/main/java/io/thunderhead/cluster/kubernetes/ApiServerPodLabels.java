package io.thunderhead.cluster.kubernetes;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.databind.json.JsonMapper;

/// Patches this pod at the API server, with the service account that Kubernetes mounts into it. The account needs the
/// verb `patch` on its pod and nothing else.
final class ApiServerPodLabels implements PodLabels {
    static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final JsonMapper JSON = new JsonMapper();

    private final URI pod;
    private final Path token;
    private final HttpClient http;

    private ApiServerPodLabels(URI pod, Path token, HttpClient http) {
        this.pod = pod;
        this.token = token;
        this.http = http;
    }

    /// Throws CONFIG_INVALID outside of a pod that has an account.
    ///
    /// @param account folder with `token`, `ca.crt` and `namespace`
    /// @param environment has the API server's address and, as HOSTNAME, the pod's name
    static ApiServerPodLabels of(Path account, Map<String, String> environment) {
        try {
            String host = required(environment, "KUBERNETES_SERVICE_HOST");
            URI pod = URI.create("https://%s:%s/api/v1/namespaces/%s/pods/%s"
                    .formatted(
                            host.contains(":") ? "[" + host + "]" : host,
                            required(environment, "KUBERNETES_SERVICE_PORT"),
                            Files.readString(account.resolve("namespace")).strip(),
                            required(environment, "HOSTNAME")));
            HttpClient http = HttpClient.newBuilder()
                    .sslContext(trusting(account.resolve("ca.crt")))
                    .connectTimeout(TIMEOUT)
                    .build();
            return new ApiServerPodLabels(pod, account.resolve("token"), http);
        } catch (IOException | GeneralSecurityException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "cluster.kubernetes-leader-label needs the pod's service account in " + account + ": " + e,
                    e);
        }
    }

    /// The token is read each time: Kubernetes replaces it while the pod runs.
    @Override
    public void set(String label, boolean present) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(pod)
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + Files.readString(token).strip())
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(patch(label, present)))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(pod + ": expected 200, got " + answer.statusCode() + ": " + answer.body());
        }
    }

    /// In a merge patch null removes.
    private static String patch(String label, boolean present) {
        String value = present ? "\"true\"" : "null";
        return "{\"metadata\":{\"labels\":{%s:%s}}}".formatted(JSON.writeValueAsString(label), value);
    }

    private static String required(Map<String, String> environment, String variable) {
        String value = environment.get(variable);
        if (value == null) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "cluster.kubernetes-leader-label needs a pod, whose environment has " + variable);
        }
        return value;
    }

    private static SSLContext trusting(Path authorities) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(authorities)) {
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("authority-" + store.size(), authority);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
