package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.proto.control.v1.StageCommand;
import io.thunderhead.proto.control.v1.StageEvent;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A coordinator's end of one control stream. Never reopened: a stage forgets its sequences with the stream.
final class GrpcStageControl implements StageControl, ClientStream.Receiver<StageEvent> {
    private final NodeId worker;
    private final ClientStream<StageCommand, StageEvent> stream;
    private final Listener listener;
    private final int stepsMax;
    private final Set<Long> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param stepsMax steps without an outcome that the line carries
    GrpcStageControl(NodeId worker, ClientStream<StageCommand, StageEvent> stream, Listener listener, int stepsMax) {
        this.worker = worker;
        this.stream = stream;
        this.listener = listener;
        this.stepsMax = stepsMax;
    }

    @Override
    public void submit(StepCommand command) {
        if (underWay.size() >= stepsMax) {
            throw new ServingException(
                    ErrorCode.QUEUE_FULL, worker + ": " + stepsMax + " steps are under way without an outcome");
        }
        underWay.add(command.stepId());
        try {
            stream.sendNow(StageMessages.toProto(command));
        } catch (RuntimeException e) {
            underWay.remove(command.stepId());
            throw e;
        }
    }

    @Override
    public void message(StageEvent message) {
        StepOutcome outcome = StageMessages.fromProto(message);
        if (!underWay.remove(outcome.stepId())) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "outcome: expected one of the steps " + underWay + ", got step " + outcome.stepId());
        }
        listener.outcome(outcome);
    }

    @Override
    public void ended(ServingException reason) {
        if (!closed) {
            listener.lost(reason);
        }
    }

    @Override
    public void close() {
        closed = true;
        stream.close(new ServingException(ErrorCode.SHUTTING_DOWN, "the line to " + worker + " has been closed"));
    }
}
