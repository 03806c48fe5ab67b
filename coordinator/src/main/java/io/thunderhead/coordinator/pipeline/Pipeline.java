package io.thunderhead.coordinator.pipeline;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.stage.StageControl;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Open lines to all stages of one plan; the stages' memory of sequences lives and ends with it. Owner: engine thread.
public final class Pipeline implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

    private final long id;
    private final Plan plan;
    private final List<NodeInfo> stageNodes;
    private final List<StageControl> lines = new ArrayList<>();

    private Pipeline(long id, Plan plan, List<NodeInfo> stageNodes) {
        this.id = id;
        this.plan = plan;
        this.stageNodes = stageNodes;
    }

    /// Throws what the connector throws, or NOT_READY if a stage's worker is not there; then nothing is left open.
    static Pipeline open(long id, Plan plan, Snapshot cluster, NodeConnector connector, PipelineListener listener) {
        List<NodeInfo> stageNodes = plan.stages().stream()
                .map(stage -> present(cluster, stage.worker()))
                .toList();
        Pipeline pipeline = new Pipeline(id, plan, stageNodes);
        try {
            for (int stage = 0; stage < stageNodes.size(); stage++) {
                NodeInfo node = stageNodes.get(stage);
                pipeline.lines.add(
                        connector.stageControl(node.id(), node.address(), new StageListener(id, stage, listener)));
            }
        } catch (RuntimeException e) {
            pipeline.close();
            throw e;
        }
        return pipeline;
    }

    private static NodeInfo present(Snapshot cluster, NodeId worker) {
        return cluster.node(worker)
                .orElseThrow(() -> new ServingException(ErrorCode.NOT_READY, worker + " is not there"));
    }

    public long id() {
        return id;
    }

    public Plan plan() {
        return plan;
    }

    public int stageCount() {
        return lines.size();
    }

    public NodeId worker(int stageIndex) {
        return stageNodes.get(stageIndex).id();
    }

    /// Sends the command to every stage; throws what a line throws, and then some stages may have got it: the pipeline
    /// is of no use any more.
    public void submit(StepCommand command) {
        if (command.planEpoch() != plan.epoch()) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "step " + command.stepId() + ": expected plan " + plan.epoch() + ", got " + command.planEpoch());
        }
        lines.forEach(line -> line.submit(command));
    }

    /// Whether every stage's worker is there in the life in which its line was opened.
    boolean stagesLiveOn(Snapshot cluster) {
        return stageNodes.stream()
                .allMatch(opened -> cluster.node(opened.id())
                        .filter(now -> now.incarnation().equals(opened.incarnation()))
                        .isPresent());
    }

    @Override
    public void close() {
        lines.reversed().forEach(Pipeline::close);
    }

    /// One line that cannot be closed must not keep the others open.
    private static void close(StageControl line) {
        try {
            line.close();
        } catch (RuntimeException e) {
            log.warn("closing a line to a stage failed", e);
        }
    }

    private record StageListener(long pipelineId, int stageIndex, PipelineListener listener)
            implements StageControl.Listener {
        @Override
        public void outcome(StepOutcome outcome) {
            listener.outcome(stageIndex, outcome);
        }

        @Override
        public void lost(ServingException error) {
            listener.lost(pipelineId, stageIndex, error);
        }
    }
}
