package io.thunderhead.transport.inprocess;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.exchange.PendingAnswer;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one answer to one dispatch, which the loss of the service may forestall.
final class InProcessReply implements ExpertService.Reply, InProcessNode.Peer {
    private final int rowCount;
    private final int hiddenSize;
    private final int rowsPerToken;
    private final PendingAnswer answer;
    private final FloatBuffers buffers;
    private final Consumer<InProcessReply> settled;
    private final AtomicBoolean used = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private FloatBuffers.@Nullable Lease room;

    /// @param settled told once, when the dispatch is answered or lost
    InProcessReply(ExpertRows rows, PendingAnswer answer, FloatBuffers buffers, Consumer<InProcessReply> settled) {
        this.rowsPerToken = CombinedRows.rowsPerToken(rows.topK());
        this.rowCount = rows.rowCount() * rowsPerToken;
        this.hiddenSize = rows.hiddenSize();
        this.answer = answer;
        this.buffers = buffers;
        this.settled = settled;
    }

    @Override
    public MemorySegment allocate(int rows, int hidden) {
        if (rows != rowCount || hidden != hiddenSize || room != null) {
            throw new IllegalArgumentException("room for the answer: expected one of [" + rowCount + ", " + hiddenSize
                    + "], asked for [" + rows + ", " + hidden + "]");
        }
        FloatBuffers.Lease lease = buffers.take(Math.multiplyExact(rows, hidden));
        room = lease;
        return lease.segment();
    }

    @Override
    public void send(long computeNanos) {
        FloatBuffers.Lease lease = room;
        if (lease == null) {
            throw new IllegalStateException("an answer was sent before there was room for it");
        }
        use();
        settle();
        answer.complete(new LeasedRows(lease, rowsPerToken, computeNanos, new AtomicBoolean(true)));
    }

    @Override
    public void fail(ServingException error) {
        use();
        if (room != null) {
            room.close();
        }
        settle();
        answer.fail(error);
    }

    @Override
    public void lost(ServingException reason) {
        settle();
        answer.fail(reason);
    }

    private void use() {
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("a dispatch was answered twice");
        }
    }

    private void settle() {
        if (over.compareAndSet(false, true)) {
            settled.accept(this);
        }
    }

    private record LeasedRows(FloatBuffers.Lease lease, int rowsPerToken, long computeNanos, AtomicBoolean open)
            implements CombinedRows {
        @Override
        public MemorySegment hidden() {
            return lease.readOnly();
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                lease.close();
            }
        }
    }
}
