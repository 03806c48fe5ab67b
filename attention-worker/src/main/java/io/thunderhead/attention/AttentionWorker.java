package io.thunderhead.attention;

import io.thunderhead.cluster.membership.ClusterEntry;
import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.PlanFollower;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.device.ModelSource;
import io.thunderhead.model.layers.StageModel;
import io.thunderhead.model.layers.StageRoom;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One attention worker's life: listens, joins the cluster, loads the layers that each plan gives it, opens its lines
/// to the expert workers and to the next stage, runs steps. Everything handed in stays the caller's.
public final class AttentionWorker implements AutoCloseable {
    /// The engine takes a plan over between two steps, each of which has a deadline of its own.
    private static final Duration ADOPT_TIMEOUT = Duration.ofMinutes(2);

    private final NodeId id;
    private final AttentionWorkerConfig limits;
    private final ModelSource source;
    private final ClusterEntry entry;
    private final NodeConnector connector;
    private final StageEngine engine;
    private final NodeServer server;
    private final Map<Line, ExpertExchange> lines = new HashMap<>();
    private @Nullable PlanFollower follower;
    private @Nullable LoadedLayers loaded;

    private record Line(NodeId worker, HostPort address) {}

    private record LoadedLayers(LayerRange layers, StageRoom room, StageModel model) {}

    /// @param servers builds the listening end for the worker's services
    public AttentionWorker(
            NodeId id,
            AttentionWorkerConfig limits,
            ModelSource source,
            ClusterEntry entry,
            NodeConnector connector,
            NodeMetrics metrics,
            Function<NodeServices, NodeServer> servers) {
        this.id = id;
        this.limits = limits;
        this.source = source;
        this.entry = entry;
        this.connector = connector;
        this.engine = new StageEngine(id.value(), limits.maxQueuedSteps(), metrics);
        this.server = servers.apply(NodeServices.of(engine));
    }

    /// Returns when the node has joined; loading goes on behind.
    public void start() {
        engine.start();
        follower = entry.enter(server.start(), this::hold);
    }

    private void hold(Plan plan, ClusterMembership.Snapshot snapshot, PlanFollower.Progress progress) {
        Plan.Stage stage = plan.stages().stream()
                .filter(candidate -> candidate.worker().equals(id))
                .findFirst()
                .orElseThrow(() -> new ServingException(
                        ErrorCode.STALE_PLAN, "plan " + plan.epoch() + " gives " + id + " no layers"));
        Map<NodeId, ExpertExchange> exchanges = connectExperts(plan, snapshot);
        ExpertDirectory experts =
                new ExpertDirectory(plan, stage.layers(), source.config().expertCount(), exchanges);
        StageRoom room = new StageRoom(stage.sequenceSlots(), stage.kvPages());
        StageModel model = layers(stage.layers(), room, progress);
        // opened last: the stage that is adopted closes it
        Optional<HiddenLink> next = nextStage(plan, stage)
                .map(following ->
                        connector.hiddenLink(following.worker(), addressOf(following.worker(), plan, snapshot)));
        engine.adopt(
                new HeldStage(
                        plan.epoch(),
                        limits,
                        source.config(),
                        model,
                        model.newPool(room),
                        experts,
                        next,
                        engine.metrics()),
                Deadline.after(ADOPT_TIMEOUT));
        closeLinesNotIn(exchanges);
    }

    /// The same layers as before are not loaded again; others are freed before new ones are loaded, because there may
    /// be no room for both. On a device the room for sequences is part of what is loaded.
    private StageModel layers(LayerRange layers, StageRoom room, PlanFollower.Progress progress) {
        LoadedLayers before = loaded;
        if (before != null
                && before.layers().equals(layers)
                && (source.device().isEmpty() || before.room().equals(room))) {
            return before.model();
        }
        if (before != null) {
            engine.adopt(null, Deadline.after(ADOPT_TIMEOUT));
            loaded = null;
            before.model().close();
        }
        StageModel model = source.loadStage(layers, room, progress::loaded);
        loaded = new LoadedLayers(layers, room, model);
        return model;
    }

    private Map<NodeId, ExpertExchange> connectExperts(Plan plan, ClusterMembership.Snapshot snapshot) {
        Map<NodeId, ExpertExchange> exchanges = new HashMap<>();
        for (Plan.ExpertHolder holder : plan.experts()) {
            Line line = new Line(holder.worker(), addressOf(holder.worker(), plan, snapshot));
            exchanges.put(
                    holder.worker(),
                    lines.computeIfAbsent(line, key -> connector.expertExchange(key.worker(), key.address())));
        }
        return exchanges;
    }

    private void closeLinesNotIn(Map<NodeId, ExpertExchange> exchanges) {
        lines.values().removeIf(line -> {
            boolean unused = !exchanges.containsValue(line);
            if (unused) {
                line.close();
            }
            return unused;
        });
    }

    private static Optional<Plan.Stage> nextStage(Plan plan, Plan.Stage stage) {
        List<Plan.Stage> stages = plan.stages();
        int next = stages.indexOf(stage) + 1;
        return next < stages.size() ? Optional.of(stages.get(next)) : Optional.empty();
    }

    private static HostPort addressOf(NodeId worker, Plan plan, ClusterMembership.Snapshot snapshot) {
        return snapshot.node(worker)
                .map(NodeInfo::address)
                .orElseThrow(() -> new ServingException(
                        ErrorCode.WORKER_LOST, "plan " + plan.epoch() + " names " + worker + ", which is not here"));
    }

    /// In reverse order of the start.
    @Override
    public void close() {
        if (follower != null) {
            follower.close();
        }
        server.close();
        engine.close();
        lines.values().forEach(ExpertExchange::close);
        if (loaded != null) {
            loaded.model().close();
        }
    }
}
