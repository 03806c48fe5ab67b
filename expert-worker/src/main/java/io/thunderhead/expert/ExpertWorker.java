package io.thunderhead.expert;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.PlanFollower;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.experts.ExpertId;
import io.thunderhead.model.experts.ExpertWorkspace;
import io.thunderhead.model.kernels.Kernels;
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
    private final ClusterMembership membership;
    private final ExpertBank bank;
    private final ExpertEngine engine;
    private final NodeServer server;
    private final Function<HostPort, NodeInfo> introduction;
    private @Nullable PlanFollower follower;

    /// @param servers builds the listening end for the worker's services
    /// @param introduction what the node says of itself once it knows where it listens
    public ExpertWorker(
            NodeId id,
            ExpertWorkerConfig limits,
            ModelConfig config,
            TensorSource weights,
            Kernels kernels,
            ClusterMembership membership,
            Function<NodeServices, NodeServer> servers,
            Function<HostPort, NodeInfo> introduction) {
        this.id = id;
        this.weights = weights;
        this.membership = membership;
        this.bank = new ExpertBank(config, kernels);
        this.engine = new ExpertEngine(id.value(), bank, new ExpertWorkspace(config), limits.maxQueuedDispatches());
        this.server = servers.apply(NodeServices.of(engine));
        this.introduction = introduction;
    }

    /// Returns when the node has joined; loading goes on behind.
    public void start() {
        engine.start();
        NodeInfo self = introduction.apply(server.start());
        membership.start(self);
        PlanFollower starting = new PlanFollower(self, membership, this::hold);
        follower = starting;
        starting.start();
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
