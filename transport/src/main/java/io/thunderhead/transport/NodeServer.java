package io.thunderhead.transport;

import io.thunderhead.core.id.HostPort;

/// A worker's listening end: serves an expert service or a stage service to whoever connects.
public interface NodeServer extends AutoCloseable {
    /// Binds; port 0 picks a free one. Returns where it listens.
    HostPort start();

    /// Stops taking new work, waits for what runs up to the configured grace, then closes.
    @Override
    void close();
}
