package io.thunderhead.coordinator.http;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Configuration of the HTTP API, prefix `http`.
public record HttpConfig(
        @Setting(value = "0.0.0.0", doc = "Address to listen on.")
        String host,

        @Setting(value = "8080", min = 0, max = 65535, doc = "Port to listen on; 0 takes any free one.")
        int port,

        @Setting(value = "32MiB", min = 1024, doc = "Largest request body; longer ones are answered 413.")
        Bytes maxBody,

        @Setting(value = "1GiB", min = 1024, doc = "Bodies of all requests together; beyond it requests get 429.")
        Bytes maxBodies,

        @Setting(value = "20000", min = 1, doc = "Open connections; further ones are closed at once.")
        int maxConnections,

        @Setting(value = "4096", min = 1, doc = "Requests being answered or waiting; further ones get 429.")
        int maxConcurrentRequests,

        @Setting(value = "128", min = 1, max = 4096, doc = "Answers of one request: prompts times n.")
        int maxChoices,

        @Setting(value = "30s", min = 1, doc = "How long a request body may take to arrive.")
        Duration bodyTimeout,

        @Setting(value = "75s", min = 1, doc = "How long a connection may stay without a request.")
        Duration idleTimeout,

        @Setting(value = "30s", min = 1, doc = "How long a client may leave a full stream unread.")
        Duration writeTimeout,

        @Setting(value = "1h", min = 1, doc = "From a request's arrival to its last token.")
        Duration requestTimeout,

        @Setting(value = "15s", min = 1, doc = "Silence in a stream after which a comment is sent.")
        Duration keepAliveInterval,

        @Setting(value = "30s", min = 0, doc = "How long a shutdown waits for running requests.")
        Duration shutdownGrace,

        @Setting(value = "", doc = "Keys that may use the API, as name:key; none = everyone.")
        List<String> apiKeys,

        @Setting(value = "", doc = "File with one name:key a line, added to api-keys.")
        Optional<Path> apiKeysFile,

        @Setting(
                value = "",
                doc = "Names of keys that may use the dashboard; where keys are set and this is empty, none.")
        List<String> adminClients,

        @Setting(value = "true", doc = "Offer the chat page and the dashboard.")
        boolean pages,

        @Setting(value = "", doc = "Certificate chain in PEM; with tls-key it turns TLS on.")
        Optional<Path> tlsCertificate,

        @Setting(value = "", doc = "Private key of the certificate in PEM.")
        Optional<Path> tlsKey) {
    public HttpConfig {
        apiKeys = List.copyOf(apiKeys);
        adminClients = List.copyOf(adminClients);
        if (tlsCertificate.isPresent() != tlsKey.isPresent()) {
            throw new IllegalArgumentException("http.tls-certificate and http.tls-key: expected both or neither");
        }
    }

    /// Keeps the keys out of logs.
    @Override
    public String toString() {
        return "HttpConfig[" + host + ":" + port + ", " + apiKeys.size() + " keys, tls=" + tlsKey.isPresent() + "]";
    }
}
