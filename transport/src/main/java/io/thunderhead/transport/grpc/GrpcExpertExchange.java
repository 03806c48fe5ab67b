package io.thunderhead.transport.grpc;

import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.DispatchLimit;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.PendingAnswer;
import io.thunderhead.transport.exchange.PendingCombine;
import org.jspecify.annotations.Nullable;

/// Dispatches over a gRPC stream that is opened again when it was lost, or through shared memory when there is some.
final class GrpcExpertExchange implements ExpertExchange {
    private final NodeId worker;
    private final DispatchLimit limit;
    private final Reopening<GrpcExpertLine> lines;
    private final SharedMemoryLine sharedMemory;

    /// @param limit of both wires together
    GrpcExpertExchange(
            NodeId worker, DispatchLimit limit, Reopening<GrpcExpertLine> lines, SharedMemoryLine sharedMemory) {
        this.worker = worker;
        this.limit = limit;
        this.lines = lines;
        this.sharedMemory = sharedMemory;
    }

    @Override
    public PendingCombine dispatch(ExpertRows rows, Deadline deadline) {
        PendingAnswer answer = new PendingAnswer("layer " + rows.layerIndex() + " at " + worker);
        limit.acquire(deadline);
        try {
            line().dispatch(rows, deadline, answer);
        } catch (RuntimeException e) {
            limit.release();
            throw e;
        }
        return answer;
    }

    private ExpertLine line() {
        @Nullable ExpertLine shared = sharedMemory.current();
        return shared == null ? lines.get().line() : shared;
    }

    /// Whether dispatches go through shared memory now.
    boolean shared() {
        return sharedMemory.current() != null;
    }

    @Override
    public void close() {
        sharedMemory.close();
        lines.close("the line to " + worker);
    }
}
