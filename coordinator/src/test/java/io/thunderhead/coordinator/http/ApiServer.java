package io.thunderhead.coordinator.http;

import io.thunderhead.coordinator.api.ApiKeys;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.schedule.EngineStats;
import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeModels;
import io.thunderhead.coordinator.testing.FakeOperator;
import io.thunderhead.coordinator.trace.Telemetry;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.metrics.NodeMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A server on a free port of the loopback in front of a fake engine, and a client for it.
final class ApiServer implements AutoCloseable {
    final FakeEngine engine;
    final HttpApi api;
    private final HttpClient client = HttpClient.newHttpClient();

    private ApiServer(FakeEngine engine, HttpConfig config, HealthView health) {
        this.engine = engine;
        this.api = new HttpApi(
                config,
                FakeModels.ALL,
                new Completions(engine),
                health,
                () -> EngineStats.NONE,
                new FakeOperator(),
                ApiKeys.load(config.apiKeys(), config.apiKeysFile()),
                Telemetry.untraced(new NodeMetrics("test")));
        api.start();
    }

    static ApiServer start(FakeEngine engine) {
        return start(engine, new Settings());
    }

    static ApiServer start(FakeEngine engine, Settings settings) {
        return start(engine, settings, List::of);
    }

    static ApiServer start(FakeEngine engine, Settings settings, HealthView health) {
        return new ApiServer(engine, settings.config(), health);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + api.port() + path);
    }

    HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String json, String... headers) throws Exception {
        return client.send(request(path, json, headers), BodyHandlers.ofString());
    }

    HttpResponse<String> postAs(String contentType, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", contentType)
                .POST(BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    /// A socket to the server that gives up reading after ten seconds.
    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    HttpRequest request(String path, String json, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(json));
        return (headers.length == 0 ? request : request.headers(headers)).build();
    }

    @Override
    public void close() {
        client.close();
        api.close();
    }

    /// What tests change of the configuration.
    static final class Settings {
        Bytes maxBody = Bytes.mebibytes(8);
        int maxConnections = 10_000;
        int maxConcurrentRequests = 1000;
        Duration bodyTimeout = Duration.ofSeconds(10);
        Duration idleTimeout = Duration.ofSeconds(30);
        Duration writeTimeout = Duration.ofSeconds(10);
        Duration requestTimeout = Duration.ofSeconds(30);
        Duration keepAliveInterval = Duration.ofSeconds(10);
        Duration shutdownGrace = Duration.ofMillis(100);
        List<String> apiKeys = List.of();
        List<String> adminClients = List.of();
        boolean pages = true;
        Optional<Path> certificate = Optional.empty();
        Optional<Path> key = Optional.empty();

        HttpConfig config() {
            return new HttpConfig(
                    "127.0.0.1",
                    0,
                    maxBody,
                    Bytes.mebibytes(512),
                    maxConnections,
                    maxConcurrentRequests,
                    16,
                    bodyTimeout,
                    idleTimeout,
                    writeTimeout,
                    requestTimeout,
                    keepAliveInterval,
                    shutdownGrace,
                    apiKeys,
                    Optional.empty(),
                    adminClients,
                    pages,
                    certificate,
                    key);
        }
    }
}
