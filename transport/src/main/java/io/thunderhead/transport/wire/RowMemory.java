package io.thunderhead.transport.wire;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.id.NodeId;
import org.apache.arrow.memory.RootAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All Arrow memory of a node's lines, up to a limit. Thread-safe.
public final class RowMemory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RowMemory.class);

    private final NodeId node;
    private final RootAllocator root;

    public RowMemory(NodeId node, Bytes limit) {
        this.node = node;
        this.root = new RootAllocator(limit.value());
    }

    /// A part of its own for one stream.
    public StreamMemory stream(String name) {
        return new StreamMemory(root.newChildAllocator(name, 0, root.getLimit()));
    }

    public long allocatedBytes() {
        return root.getAllocatedMemory();
    }

    /// Rows that someone still holds stay valid; that is said in the log, and their memory is freed by who holds them.
    @Override
    public void close() {
        if (root.getChildAllocators().isEmpty()) {
            root.close();
        } else {
            LOG.warn("node {}: closed while {} bytes of rows are still held", node, root.getAllocatedMemory());
        }
    }
}
