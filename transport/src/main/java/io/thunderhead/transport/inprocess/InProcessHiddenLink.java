package io.thunderhead.transport.inprocess;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.stage.HiddenHeader;
import io.thunderhead.transport.stage.HiddenLink;
import java.lang.foreign.MemorySegment;

/// Hidden rows by reference; the receiving stage copies them while they are sent.
final class InProcessHiddenLink implements HiddenLink {
    private final NodeId worker;
    private final InProcessNodes nodes;
    private volatile boolean closed;

    InProcessHiddenLink(NodeId worker, InProcessNodes nodes) {
        this.worker = worker;
        this.nodes = nodes;
    }

    @Override
    public void send(HiddenHeader header, MemorySegment rows, Deadline deadline) {
        if (closed) {
            throw new ServingException(ErrorCode.SHUTTING_DOWN, "the line to " + worker + " has been closed");
        }
        long bytes = (long) header.rowCount() * header.hiddenSize() * Float.BYTES;
        nodes.get(worker).stage().hidden(header, rows.asSlice(0, bytes).asReadOnly());
    }

    @Override
    public void close() {
        closed = true;
    }
}
