package io.thunderhead.metrics;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers `GET /metrics` of one node, in the format that the scraper asks for. It has no keys and no TLS: its port is
/// for the inside of a cluster.
public final class MetricsServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MetricsServer.class);

    private final HostPort address;
    private final HTTPServer server;

    private MetricsServer(HostPort address, HTTPServer server) {
        this.address = address;
        this.server = server;
    }

    /// Listens. Throws CONFIG_INVALID if the port cannot be had.
    public static MetricsServer start(String node, HostPort listen, NodeMetrics metrics) {
        try {
            HTTPServer server = HTTPServer.builder()
                    .inetAddress(new InetSocketAddress(listen.host(), listen.port()).getAddress())
                    .port(listen.port())
                    .registry(metrics.registry())
                    .buildAndStart();
            HostPort address = new HostPort(listen.host(), server.getPort());
            log.info("node={} metrics on http://{}/metrics", node, address.dialable());
            return new MetricsServer(address, server);
        } catch (IOException | IllegalArgumentException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "metrics: cannot listen on " + listen.host() + ":" + listen.port() + ": " + e.getMessage(),
                    e);
        }
    }

    /// Where it listens.
    public HostPort address() {
        return address;
    }

    @Override
    public void close() {
        server.close();
    }
}
