package io.thunderhead.coordinator.pipeline;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps at most one pipeline: that of the newest plan whose workers are all ready. The one before goes on serving
/// while a newer plan is being loaded, as long as its own workers are there. Owner: engine thread.
public final class PipelineKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PipelineKeeper.class);

    private final NodeId self;
    private final NodeConnector connector;
    private final PipelineListener listener;
    private Snapshot cluster = new Snapshot(Optional.empty(), List.of(), List.of(), Optional.empty());
    private List<String> missing = List.of("a plan");
    private @Nullable Pipeline pipeline;
    private long pipelinesOpened;

    public PipelineKeeper(NodeId self, NodeConnector connector, PipelineListener listener) {
        this.self = self;
        this.connector = connector;
        this.listener = listener;
    }

    /// Takes in a change of the cluster. Returns whether it closed the pipeline: what the stages remember is gone then.
    public boolean follow(Snapshot cluster) {
        this.cluster = cluster;
        missing = missing(cluster);
        if (pipeline == null || (leads(cluster) && pipeline.stagesLiveOn(cluster) && !superseded(pipeline))) {
            return false;
        }
        drop("the cluster changed");
        return true;
    }

    /// Opens the newest plan's pipeline if none is open and nothing is missing. Returns false if that was tried and
    /// failed; the failure then is what is missing until the next call.
    public boolean openIfReady() {
        if (pipeline != null) {
            return true;
        }
        missing = missing(cluster);
        return !missing.isEmpty() || open(cluster.plan().orElseThrow());
    }

    private boolean open(Plan plan) {
        try {
            pipeline = Pipeline.open(++pipelinesOpened, plan, cluster, connector, listener);
            log.info("plan {}: lines to {} stages are open", plan.epoch(), pipeline.stageCount());
            return true;
        } catch (RuntimeException e) {
            missing = List.of("lines to the stages: " + ServingException.of(e).getMessage());
            return false;
        }
    }

    /// Closes the pipeline after a loss; [#openIfReady] opens a new one.
    public void drop(String reason) {
        if (pipeline != null) {
            log.info(
                    "plan {}: closing the lines to its stages: {}",
                    pipeline.plan().epoch(),
                    reason);
            pipeline.close();
            pipeline = null;
        }
    }

    /// The pipeline that is open, whether steps may run on it now or not.
    public Optional<Pipeline> open() {
        return Optional.ofNullable(pipeline);
    }

    /// The pipeline on which steps may run now.
    public Optional<Pipeline> serving() {
        return open().filter(open -> blockers(open.plan()).isEmpty());
    }

    /// What steps wait for.
    public List<String> missing() {
        return pipeline == null ? missing : blockers(pipeline.plan());
    }

    private List<String> blockers(Plan plan) {
        return isNewest(plan) ? missing : UnreadyWorkers.absent(plan, cluster);
    }

    private boolean superseded(Pipeline open) {
        return !isNewest(open.plan()) && missing.isEmpty();
    }

    private boolean isNewest(Plan plan) {
        return cluster.plan().filter(newest -> newest.epoch() > plan.epoch()).isEmpty();
    }

    private List<String> missing(Snapshot cluster) {
        if (!leads(cluster)) {
            String leader = cluster.leader().map(NodeId::value).orElse("nobody");
            return List.of("leadership: " + leader + " leads, not " + self);
        }
        return cluster.plan().map(plan -> UnreadyWorkers.of(plan, cluster)).orElse(List.of("a plan"));
    }

    private boolean leads(Snapshot cluster) {
        return cluster.leader().filter(self::equals).isPresent();
    }

    @Override
    public void close() {
        drop("shutting down");
    }
}
