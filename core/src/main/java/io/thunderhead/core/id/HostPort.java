package io.thunderhead.core.id;

import java.util.Set;

/// Where a node listens.
public record HostPort(String host, int port) {
    private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0");

    public HostPort {
        if (host.isBlank() || port < 0 || port > 65535) {
            throw new IllegalArgumentException("expected host:port, got '" + host + ":" + port + "'");
        }
    }

    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("expected host:port, got '" + text + "'");
        }
        try {
            return new HostPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected host:port, got '" + text + "'", e);
        }
    }

    /// Whether something that listens here is reached at any address of its machine.
    public boolean isWildcard() {
        return WILDCARDS.contains(host);
    }

    /// What a program on the same machine can connect to: loopback instead of a wildcard.
    public HostPort dialable() {
        return isWildcard() ? new HostPort("127.0.0.1", port) : this;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
