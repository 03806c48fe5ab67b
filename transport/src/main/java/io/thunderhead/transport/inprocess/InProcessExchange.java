package io.thunderhead.transport.inprocess;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.DispatchLimit;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.LocalExperts;
import io.thunderhead.transport.exchange.PendingAnswer;
import io.thunderhead.transport.exchange.PendingCombine;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Dispatches by reference: the service reads the sender's own buffer. A reader that gave up may see its rows read a
/// little longer; what is computed from them then is dropped.
final class InProcessExchange implements ExpertExchange {
    private final NodeId worker;
    private final InProcessNodes nodes;
    private final DispatchLimit limit;
    private final FloatBuffers buffers;
    private final Set<InProcessReply> unanswered = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    InProcessExchange(NodeId self, NodeId worker, InProcessNodes nodes, int maxInFlight) {
        this.worker = worker;
        this.nodes = nodes;
        this.limit = new DispatchLimit(maxInFlight, self + "'s line to " + worker);
        this.buffers = new FloatBuffers(maxInFlight);
    }

    @Override
    public PendingCombine dispatch(ExpertRows rows, Deadline deadline) {
        limit.acquire(deadline);
        PendingAnswer answer = new PendingAnswer("layer " + rows.layerIndex() + " at " + worker);
        InProcessReply reply;
        InProcessNode node;
        try {
            throwIfClosed();
            node = nodes.get(worker);
            reply = new InProcessReply(rows, answer, buffers, settled -> settle(settled, node));
            unanswered.add(reply);
            node.attach(reply);
            if (closed) {
                reply.lost(shuttingDown());
            }
            hand(node, rows, deadline, reply);
        } catch (ServingException e) {
            limit.release();
            throw e;
        }
        return answer;
    }

    @Override
    public Optional<LocalExperts> local() {
        return nodes.get(worker).experts().local();
    }

    private static void hand(InProcessNode node, ExpertRows rows, Deadline deadline, InProcessReply reply) {
        try {
            node.experts().dispatch(rows, deadline, reply);
        } catch (RuntimeException e) {
            reply.fail(ServingException.of(e));
        }
    }

    private void settle(InProcessReply reply, InProcessNode node) {
        unanswered.remove(reply);
        node.detach(reply);
        limit.release();
    }

    private void throwIfClosed() {
        if (closed) {
            throw shuttingDown();
        }
    }

    private ServingException shuttingDown() {
        return new ServingException(ErrorCode.SHUTTING_DOWN, "the line to " + worker + " has been closed");
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(unanswered).forEach(reply -> reply.lost(shuttingDown()));
    }
}
