package io.thunderhead.attention;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.transport.stage.HiddenHeader;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.stage.StageService;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stage's engine: one thread owns everything a step touches and runs steps in the order they came.
///
/// Wires hand commands over through a bounded queue and never wait. A session belongs to one coordinator connection; a
/// new one replaces the old, whose commands are no longer run and whose sequences are dropped. What the stage holds
/// comes and goes with plans ([#adopt]).
public final class StageEngine implements StageService, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StageEngine.class);
    private static final long CLOSE_TIMEOUT_MILLIS = 10_000;

    private final String node;
    private final BlockingQueue<Work> queue;
    private final StageMetrics metrics;
    private final Thread thread;
    private final Object sessionChange = new Object();
    private volatile @Nullable HeldStage newest;

    /// Changes under [#sessionChange], after [#interruptWait]: the engine lets its waits go on when it sees another
    /// session, so an interruption that came later would stay.
    private volatile @Nullable CoordinatorSession session;

    private volatile boolean closing;
    private @Nullable HeldStage held;

    /// @param commandsMax steps that may wait; a coordinator that stays within its limits never fills it
    StageEngine(String node, int commandsMax, NodeMetrics metrics) {
        this.node = node;
        this.queue = new ArrayBlockingQueue<>(commandsMax);
        this.metrics = new StageMetrics(metrics);
        metrics.read(Families.STAGE_QUEUE, queue::size);
        this.thread = Thread.ofPlatform().name(node + "-stage").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    StageMetrics metrics() {
        return metrics;
    }

    /// Replaces what this stage holds, null for nothing; steps of another epoch are refused from now on. Waits until
    /// the engine thread has taken it over: what it held before is closed by then.
    void adopt(@Nullable HeldStage stage, Deadline deadline) {
        interruptWait("a new plan is taken over");
        newest = stage;
        Adopt adopt = new Adopt(stage, new CountDownLatch(1));
        try {
            if (!queue.offer(adopt, deadline.remainingNanos(), TimeUnit.NANOSECONDS)
                    || !adopt.taken().await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new ServingException(
                        ErrorCode.DEADLINE_EXCEEDED, node + ": the engine did not take the plan over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.SHUTTING_DOWN, node + " is shutting down", e);
        }
    }

    @Override
    public Session open(StageControl.Listener coordinator) {
        CoordinatorSession opened = new CoordinatorSession(coordinator);
        synchronized (sessionChange) {
            interruptWait("a new coordinator session was opened");
            session = opened;
        }
        LOG.info("node={} serves a new coordinator session", node);
        return opened;
    }

    @Override
    public void hidden(HiddenHeader header, MemorySegment rows) {
        HeldStage stage = newest;
        if (stage == null) {
            throw new ServingException(ErrorCode.STALE_PLAN, node + " holds no layers yet");
        }
        stage.inbox().put(header, rows);
    }

    private void interruptWait(String reason) {
        HeldStage stage = newest;
        if (stage != null) {
            stage.inbox().interrupt(new ServingException(ErrorCode.WORKER_LOST, reason));
        }
    }

    private void run() {
        @Nullable CoordinatorSession served = null;
        while (!closing) {
            try {
                Work work = queue.poll(1, TimeUnit.SECONDS);
                served = dropSequencesOfReplacedSession(served);
                if (work != null) {
                    perform(work);
                }
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException | Error e) { // the thread's top: other work must still be done
                LOG.error("node={} stage engine", node, e);
            }
        }
        if (held != null) {
            held.close();
        }
    }

    private @Nullable CoordinatorSession dropSequencesOfReplacedSession(@Nullable CoordinatorSession served) {
        CoordinatorSession current = session;
        if (current != served && held != null) {
            held.inbox().resume();
            held.dropSequences();
        }
        return current;
    }

    private void perform(Work work) {
        switch (work) {
            case Adopt(@Nullable HeldStage stage, CountDownLatch taken) -> {
                HeldStage before = held;
                held = stage;
                if (stage != null) {
                    stage.inbox().resume();
                }
                try {
                    if (before != null) {
                        before.close();
                    }
                } finally {
                    taken.countDown();
                }
            }
            case Step step -> {
                if (step.session() == session) {
                    step.session().coordinator.outcome(outcome(step));
                }
            }
        }
    }

    /// Whatever goes wrong in a step ends here, as the step's outcome.
    private StepOutcome outcome(Step step) {
        StepCommand command = step.command();
        try {
            HeldStage stage = held;
            if (stage == null || stage.epoch() != command.planEpoch()) {
                throw new ServingException(
                        ErrorCode.STALE_PLAN,
                        "step " + command.stepId() + ": expected plan " + (stage == null ? "none" : stage.epoch())
                                + ", got " + command.planEpoch());
            }
            return stage.run(command, step.deadline());
        } catch (ServingException e) {
            LOG.warn("node={} step {} failed: {} {}", node, command.stepId(), e.code(), e.getMessage());
            metrics.failed(e.code());
            return new StepOutcome.Failed(command.stepId(), e);
        } catch (RuntimeException | Error e) {
            LOG.error("node={} step {} failed", node, command.stepId(), e);
            ServingException error = ServingException.of(e);
            metrics.failed(error.code());
            return new StepOutcome.Failed(command.stepId(), error);
        }
    }

    @Override
    public void close() {
        closing = true;
        interruptWait("the stage is shutting down");
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private sealed interface Work {}

    private record Adopt(@Nullable HeldStage stage, CountDownLatch taken) implements Work {}

    private record Step(CoordinatorSession session, StepCommand command, Deadline deadline) implements Work {}

    private final class CoordinatorSession implements Session {
        private final StageControl.Listener coordinator;

        CoordinatorSession(StageControl.Listener coordinator) {
            this.coordinator = coordinator;
        }

        @Override
        public void command(StepCommand command) {
            if (!queue.offer(new Step(this, command, Deadline.after(command.timeout())))) {
                coordinator.outcome(new StepOutcome.Failed(
                        command.stepId(),
                        new ServingException(
                                ErrorCode.QUEUE_FULL, node + ": " + queue.size() + " steps wait already")));
            }
        }

        @Override
        public void closed(ServingException reason) {
            synchronized (sessionChange) {
                if (session != this) {
                    return;
                }
                interruptWait("the coordinator's session ended: " + reason.getMessage());
                session = null;
            }
            LOG.info("node={} lost its coordinator: {}", node, reason.getMessage());
        }
    }
}
