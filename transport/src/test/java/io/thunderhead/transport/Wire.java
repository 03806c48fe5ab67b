package io.thunderhead.transport;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;

/// One worker and one node that calls it, over the wire under test.
public interface Wire extends AutoCloseable {
    NodeId WORKER = new NodeId("worker-0");

    NodeConnector connector();

    HostPort address();

    /// Starts the worker, or starts it again at the same address.
    void startWorker(NodeServices services);

    void stopWorker();

    /// Bytes of rows that either side still holds.
    long bytesHeld();

    @Override
    void close();
}
