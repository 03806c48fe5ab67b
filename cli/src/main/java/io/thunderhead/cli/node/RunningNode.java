package io.thunderhead.cli.node;

/// A node (or several) of this process.
public interface RunningNode extends AutoCloseable {
    /// Takes no new work, finishes what runs within the configured grace, then frees everything.
    @Override
    void close();
}
