package io.thunderhead.coordinator.testing;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The stages of all plans, in one thread: commands lie in their lines until the test lets a stage run the next one,
/// and outcomes until the test delivers them, also after the line was closed.
public final class FakeStages implements NodeConnector {
    private final int maxBatchTokens;
    private final Map<Long, Plan> plans = new HashMap<>();
    private final Map<NodeId, Line> lines = new HashMap<>();
    private final Map<NodeId, Long> epochs = new HashMap<>();
    private final Set<Line> talking = new LinkedHashSet<>();
    /// By `step/stage`: whether hidden rows came out.
    private final Map<String, Boolean> hidden = new HashMap<>();
    private final Set<NodeId> refusing = new HashSet<>();
    private boolean broken;

    public FakeStages(int maxBatchTokens) {
        this.maxBatchTokens = maxBatchTokens;
    }

    public void planned(Plan plan) {
        plans.put(plan.epoch(), plan);
    }

    /// New lines to it fail.
    public void refuse(NodeId worker, boolean refuse) {
        if (refuse) {
            refusing.add(worker);
        } else {
            refusing.remove(worker);
        }
    }

    /// Commands throw what no wire should throw.
    public void breakInvariants(boolean broken) {
        this.broken = broken;
    }

    public List<Line> open() {
        return List.copyOf(lines.values());
    }

    /// Lines with outcomes under way, open or not.
    public List<Line> talking() {
        talking.removeIf(line -> line.outcomes.isEmpty());
        return List.copyOf(talking);
    }

    public int sequenceCount() {
        return lines.values().stream()
                .mapToInt(line -> line.stage == null ? 0 : line.stage.sequenceCount())
                .sum();
    }

    @Override
    public StageControl stageControl(NodeId worker, HostPort address, StageControl.Listener listener) {
        if (refusing.contains(worker)) {
            throw new ServingException(ErrorCode.WORKER_LOST, worker + " refuses");
        }
        if (lines.containsKey(worker)) {
            throw new AssertionError(worker + ": a second line while one is open");
        }
        Line line = new Line(worker, listener);
        lines.put(worker, line);
        return line;
    }

    @Override
    public ExpertExchange expertExchange(NodeId worker, HostPort address) {
        throw new UnsupportedOperationException("a coordinator does not talk to experts");
    }

    @Override
    public HiddenLink hiddenLink(NodeId worker, HostPort address) {
        throw new UnsupportedOperationException("a coordinator sends no hidden rows");
    }

    @Override
    public void close() {
        lines.clear();
    }

    /// One session with one stage.
    public final class Line implements StageControl {
        private final NodeId worker;
        private final Listener listener;
        private final Deque<StepCommand> commands = new ArrayDeque<>();
        private final Deque<StepOutcome> outcomes = new ArrayDeque<>();
        private @Nullable FakeStage stage;
        private int stageIndex = -1;
        private boolean down;
        private boolean hanging;
        private long lastStep;

        private Line(NodeId worker, Listener listener) {
            this.worker = worker;
            this.listener = listener;
        }

        @Override
        public void submit(StepCommand command) {
            if (broken) {
                throw new IllegalStateException("a bug");
            }
            if (down) {
                throw new ServingException(ErrorCode.WORKER_LOST, worker + " is gone");
            }
            begin(command);
            commands.add(command);
        }

        private void begin(StepCommand command) {
            long epoch = command.planEpoch();
            if (stage == null) {
                Plan plan = Objects.requireNonNull(plans.get(epoch));
                stageIndex = FakeCluster.workers(plan).indexOf(worker);
                boolean last = stageIndex == plan.stages().size() - 1;
                stage = new FakeStage(plan.stages().get(stageIndex), last, maxBatchTokens);
                check(epoch >= epochs.getOrDefault(worker, 0L), "plan " + epoch + " after a later one");
                epochs.put(worker, epoch);
            }
            long begun = epochs.getOrDefault(worker, 0L);
            check(epoch == begun, "plan " + epoch + " on a line of plan " + begun);
            check(command.stepId() > lastStep, "step " + command.stepId() + " after " + lastStep);
            lastStep = command.stepId();
        }

        private void check(boolean kept, String problem) {
            if (!kept) {
                throw new AssertionError(worker + ": " + problem);
            }
        }

        /// Whether the next command and its hidden rows are there.
        public boolean canRun() {
            StepCommand next = commands.peek();
            return !down && !hanging && next != null && (stageIndex == 0 || hidden.containsKey(from(next)));
        }

        private String from(StepCommand command) {
            return command.stepId() + "/" + (stageIndex - 1);
        }

        /// Of the next command.
        public int tokenCount() {
            return commands.element().tokenCount();
        }

        /// Runs the next command, or fails it with the error if one is given.
        public void run(@Nullable ServingException error) {
            StepCommand command = commands.remove();
            if (stage == null) {
                throw new AssertionError(worker + ": a command before the session began");
            }
            stage.release(command);
            StepOutcome outcome;
            if (error != null) {
                outcome = stage.fail(command, error);
            } else if ((stageIndex > 0 && !hidden.getOrDefault(from(command), false))
                    || stage.touchesDamaged(command)) {
                outcome = stage.fail(command, new ServingException(ErrorCode.WORKER_LOST, worker + ": no rows"));
            } else {
                outcome = stage.run(command);
            }
            hidden.put(command.stepId() + "/" + stageIndex, outcome instanceof StepOutcome.Done);
            outcomes.add(outcome);
            talking.add(this);
        }

        /// Swallows the next command for ever, and all after it.
        public void hang() {
            hanging = true;
        }

        /// Breaks the line; what it still had to say is lost with it.
        public void breakDown() {
            if (!down) {
                down = true;
                outcomes.clear();
                listener.lost(new ServingException(ErrorCode.WORKER_LOST, worker + " is gone"));
            }
        }

        /// The wire notices the loss of a line that was closed meanwhile.
        public void loseLate() {
            listener.lost(new ServingException(ErrorCode.WORKER_LOST, worker + " is gone"));
        }

        public void deliver() {
            listener.outcome(outcomes.remove());
        }

        @Override
        public void close() {
            down = true;
            lines.remove(worker, this);
        }
    }
}
