package io.thunderhead.transport.inprocess;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.stage.StageService;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A coordinator's line to a stage of its own process, and that stage's view of the coordinator.
final class InProcessStageControl implements StageControl, StageControl.Listener, InProcessNode.Peer {
    private final NodeId worker;
    private final Listener listener;
    private final int stepsMax;
    private final Set<Long> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable ServingException> end = new AtomicReference<>();
    private @Nullable InProcessNode node;
    private StageService.@Nullable Session session;

    InProcessStageControl(NodeId worker, Listener listener, int stepsMax) {
        this.worker = worker;
        this.listener = listener;
        this.stepsMax = stepsMax;
    }

    void open(InProcessNodes nodes) {
        try {
            InProcessNode found = nodes.get(worker);
            node = found;
            session = found.stage().open(this);
            found.attach(this);
        } catch (ServingException e) {
            lost(e);
        }
    }

    @Override
    public synchronized void submit(StepCommand command) {
        @Nullable ServingException reason = end.get();
        StageService.Session open = session;
        if (reason != null || open == null) {
            throw new ServingException(ErrorCode.WORKER_LOST, "the line to " + worker + " is down", reason);
        }
        if (underWay.size() >= stepsMax) {
            throw new ServingException(
                    ErrorCode.QUEUE_FULL, worker + ": " + stepsMax + " steps are under way without an outcome");
        }
        underWay.add(command.stepId());
        try {
            open.command(command);
        } catch (RuntimeException e) {
            outcome(new StepOutcome.Failed(command.stepId(), ServingException.of(e)));
        }
    }

    @Override
    public void outcome(StepOutcome outcome) {
        if (end.get() == null && underWay.remove(outcome.stepId())) {
            listener.outcome(outcome);
        }
    }

    @Override
    public void lost(ServingException reason) {
        if (finish(reason)) {
            listener.lost(reason);
        }
    }

    @Override
    public void close() {
        finish(new ServingException(ErrorCode.SHUTTING_DOWN, "the line to " + worker + " has been closed"));
    }

    private boolean finish(ServingException reason) {
        if (!end.compareAndSet(null, reason)) {
            return false;
        }
        if (node != null) {
            node.detach(this);
        }
        if (session != null) {
            session.closed(reason);
        }
        return true;
    }
}
