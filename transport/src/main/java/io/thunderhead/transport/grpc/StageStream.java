package io.thunderhead.transport.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.proto.control.v1.StageCommand;
import io.thunderhead.proto.control.v1.StageEvent;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.stage.StageService;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// An attention worker's end of one control stream.
final class StageStream extends ServerStream<StageCommand, StageEvent> implements StageControl.Listener {
    private final StageService.Session session;
    private final WorkInFlight work;
    private final Set<Long> running = ConcurrentHashMap.newKeySet();

    StageStream(ServerCall<StageCommand, StageEvent> call, Metadata headers, StageService service, WorkInFlight work) {
        super(call, headers);
        this.work = work;
        this.session = service.open(this);
    }

    @Override
    void take(StageCommand message) {
        StepCommand command = StageMessages.fromProto(message);
        try {
            work.begin();
        } catch (ServingException e) {
            answer(StageMessages.toProto(new StepOutcome.Failed(command.stepId(), e)));
            return;
        }
        running.add(command.stepId());
        try {
            session.command(command);
        } catch (RuntimeException e) {
            outcome(new StepOutcome.Failed(command.stepId(), ServingException.of(e)));
        }
    }

    @Override
    public void outcome(StepOutcome outcome) {
        if (running.remove(outcome.stepId())) {
            answer(StageMessages.toProto(outcome));
            work.end();
        }
    }

    /// The stage gives the session up, for instance because another coordinator has connected.
    @Override
    public void lost(ServingException error) {
        close(error);
    }

    @Override
    void ended(ServingException reason) {
        for (Long stepId : List.copyOf(running)) {
            if (running.remove(stepId)) {
                work.end();
            }
        }
        session.closed(reason);
    }
}
