package io.thunderhead.expert;

import io.thunderhead.cluster.membership.ClusterEntry;
import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.PlanFollower;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.device.ModelSource;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.experts.ExpertId;
import io.thunderhead.model.experts.ExpertWorkspace;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One expert worker's life: listens, joins the cluster, loads the experts that each plan gives it, answers dispatches.
/// Everything handed in stays the caller's.
public final class ExpertWorker implements AutoCloseable {
    private static final Duration REMOVE_TIMEOUT = Duration.ofSeconds(30);

    private final NodeId id;
    private final TensorSource weights;
    private final ClusterEntry entry;
    private final ExpertBank bank;
    private final ExpertEngine engine;
    private final NodeServer server;
    private @Nullable PlanFollower follower;

    /// @param servers builds the listening end for the worker's services
    public ExpertWorker(
            NodeId id,
            ExpertWorkerConfig limits,
            ModelSource source,
            ClusterEntry entry,
            NodeMetrics metrics,
            Function<NodeServices, NodeServer> servers) {
        this.id = id;
        this.weights = source.weights();
        this.entry = entry;
        this.bank = source.newBank();
        this.engine = new ExpertEngine(
                id.value(), bank, new ExpertWorkspace(source.config()), limits.maxQueuedDispatches(), metrics);
        this.server = servers.apply(NodeServices.of(engine));
    }

    /// Returns when the node has joined; loading goes on behind.
    public void start() {
        engine.start();
        entry.membership().share(engine::load);
        follower = entry.enter(server.start(), this::hold);
    }

    /// New experts are in before old ones go, so that dispatches of the plan before are still answered meanwhile.
    private void hold(Plan plan, ClusterMembership.Snapshot snapshot, PlanFollower.Progress progress) {
        Set<ExpertId> wanted = new HashSet<>();
        partOf(plan)
                .expertsByLayer()
                .forEach((layer, experts) -> experts.forEach(expert -> wanted.add(new ExpertId(layer, expert))));
        bank.load(weights, wanted, progress::loaded);
        Set<ExpertId> unwanted = new HashSet<>(bank.held());
        unwanted.removeAll(wanted);
        if (!unwanted.isEmpty()) {
            engine.remove(unwanted, Deadline.after(REMOVE_TIMEOUT));
        }
    }

    private Plan.ExpertHolder partOf(Plan plan) {
        return plan.experts().stream()
                .filter(holder -> holder.worker().equals(id))
                .findFirst()
                .orElseThrow(() -> new ServingException(
                        ErrorCode.STALE_PLAN, "plan " + plan.epoch() + " gives " + id + " no experts"));
    }

    /// In reverse order of the start.
    @Override
    public void close() {
        if (follower != null) {
            follower.close();
        }
        server.close();
        engine.close();
        bank.close();
    }
}
