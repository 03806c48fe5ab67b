package io.thunderhead.transport.grpc;

import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.DispatchLimit;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.PendingAnswer;
import io.thunderhead.transport.exchange.PendingCombine;

/// Dispatches over a gRPC stream that is opened again when it was lost.
final class GrpcExpertExchange implements ExpertExchange {
    private final NodeId worker;
    private final DispatchLimit limit;
    private final Reopening<ExpertLine> lines;

    GrpcExpertExchange(NodeId worker, DispatchLimit limit, Reopening<ExpertLine> lines) {
        this.worker = worker;
        this.limit = limit;
        this.lines = lines;
    }

    @Override
    public PendingCombine dispatch(ExpertRows rows, Deadline deadline) {
        PendingAnswer answer = new PendingAnswer("layer " + rows.layerIndex() + " at " + worker);
        limit.acquire(deadline);
        try {
            lines.get().dispatch(rows, deadline, answer);
        } catch (RuntimeException e) {
            limit.release();
            throw e;
        }
        return answer;
    }

    @Override
    public void close() {
        lines.close("the line to " + worker);
    }
}
