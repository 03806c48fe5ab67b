package io.thunderhead.coordinator.testing;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.ExpertLoad;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.LayerRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A cluster that says what a test tells it to; [#tell] makes it known. One thread.
public final class FakeCluster implements ClusterMembership {
    public static final NodeId COORDINATOR = new NodeId("coordinator-0");
    public static final NodeId EXPERT = new NodeId("expert-0");

    private final Map<NodeId, NodeInfo> nodes = new TreeMap<>();
    private final Map<NodeId, NodeStatus> statuses = new TreeMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private NodeId leader = COORDINATOR;
    private @Nullable Plan plan;
    private int lives;

    public static NodeId stage(int index) {
        return new NodeId("attention-" + index);
    }

    /// A plan of so many equal stages and one expert worker.
    public static Plan plan(long epoch, int stages, int slots, int pages) {
        List<Plan.Stage> list = new ArrayList<>();
        for (int index = 0; index < stages; index++) {
            list.add(new Plan.Stage(stage(index), new LayerRange(index, index + 1), slots, pages, 0));
        }
        return new Plan(epoch, "toy", list, List.of(new Plan.ExpertHolder(EXPERT, Map.of(), 0)), "test");
    }

    /// Everybody whom the plan needs is there and ready.
    public void ready(Plan plan) {
        this.plan = plan;
        workers(plan).forEach(worker -> {
            join(worker);
            status(worker, plan.epoch(), true);
        });
        tell();
    }

    public void planned(Plan plan) {
        this.plan = plan;
    }

    public void led(NodeId leader) {
        this.leader = leader;
    }

    public static List<NodeId> workers(Plan plan) {
        List<NodeId> workers = new ArrayList<>();
        plan.stages().forEach(stage -> workers.add(stage.worker()));
        plan.experts().forEach(holder -> workers.add(holder.worker()));
        return workers;
    }

    /// A new life if it was gone.
    public void join(NodeId id) {
        nodes.computeIfAbsent(
                id,
                name -> new NodeInfo(
                        name,
                        "life-" + lives++,
                        name.equals(EXPERT) ? NodeRole.EXPERT_WORKER : NodeRole.ATTENTION_WORKER,
                        new HostPort("127.0.0.1", 1),
                        0,
                        "cpu",
                        "host",
                        "toy"));
    }

    public void leave(NodeId id) {
        nodes.remove(id);
        statuses.remove(id);
    }

    public void status(NodeId id, long epoch, boolean ready) {
        NodeInfo node = nodes.get(id);
        if (node != null) {
            statuses.put(id, new NodeStatus(id, node.incarnation(), epoch, 1, 2, ready, false, "loading"));
        }
    }

    public void tell() {
        Snapshot snapshot = snapshot();
        listeners.forEach(listener -> listener.changed(snapshot));
    }

    @Override
    public Snapshot snapshot() {
        return new Snapshot(
                Optional.of(leader),
                List.copyOf(nodes.values()),
                List.copyOf(statuses.values()),
                Optional.ofNullable(plan));
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
        listener.changed(snapshot());
    }

    @Override
    public void start(NodeInfo self) {
        nodes.put(self.id(), self);
    }

    @Override
    public void publish(NodeStatus status) {
        statuses.put(status.id(), status);
    }

    @Override
    public void drain(NodeId worker, boolean drained) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void share(Supplier<ExpertLoad> load) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<NodeId, ExpertLoad> loads() {
        return Map.of();
    }

    @Override
    public void publish(Plan plan) {
        this.plan = plan;
    }

    @Override
    public void close() {
        listeners.clear();
    }
}
