package io.thunderhead.coordinator.http;

import io.netty.bootstrap.ServerBootstrap;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.transport.Transport;

/// Vert.x's NIO transport with a [ConnectionGuard] on the listening socket.
final class GuardedTransport extends NioTransport implements Transport {
    private final ConnectionGuard guard;

    GuardedTransport(ConnectionGuard guard) {
        this.guard = guard;
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
        super.configure(config, domainSocket, bootstrap);
        bootstrap.handler(guard);
    }

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public Throwable unavailabilityCause() {
        throw new IllegalStateException("NIO is always available");
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return this;
    }
}
