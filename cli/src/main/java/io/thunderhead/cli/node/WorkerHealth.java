package io.thunderhead.cli.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.settings.NodeSettings;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// A worker's health for whoever supervises its process: `/health/live` is 200 while the process can answer,
/// `/health/ready` only while the worker holds all that its newest plan gives it. Plain HTTP beside the workers' own
/// port, which may demand certificates that a supervisor has not.
final class WorkerHealth implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WorkerHealth.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpServer server;
    private final HostPort address;
    private volatile ChildStatus status = ChildStatus.starting();

    private WorkerHealth(NodeId self, HostPort listen) {
        try {
            server = HttpServer.create(new InetSocketAddress(listen.host(), listen.port()), 0);
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, "node.health-port: cannot listen on " + listen + ": " + e, e);
        }
        address = new HostPort(listen.host(), server.getAddress().getPort());
        server.createContext("/health/live", exchange -> answer(exchange, true, status.detail()));
        server.createContext("/health/ready", exchange -> answer(exchange, status.ready(), status.detail()));
        server.start();
        log.info("{} tells its health on http://{}/health/ready", self, address);
    }

    /// Listens, if the settings say so. Throws CONFIG_INVALID if it cannot.
    static Optional<WorkerHealth> of(NodeId self, NodeSettings node) {
        return node.healthPort().map(port -> new WorkerHealth(self, new HostPort(node.host(), port)));
    }

    HostPort address() {
        return address;
    }

    /// What the worker tells the cluster.
    void report(ChildStatus newest) {
        status = newest;
    }

    private static void answer(HttpExchange exchange, boolean good, String detail) throws IOException {
        try (exchange) {
            byte[] body = JSON.writeValueAsString(Map.of("status", good ? "ok" : "not ready", "detail", detail))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(good ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
