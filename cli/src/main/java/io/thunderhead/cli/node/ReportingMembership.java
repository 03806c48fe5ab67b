package io.thunderhead.cli.node;

import io.thunderhead.cluster.membership.ClusterMembership;
import io.thunderhead.cluster.membership.ExpertLoad;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeStatus;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.NodeId;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A worker's membership that also tells this process what the worker tells the cluster.
record ReportingMembership(ClusterMembership inner, Consumer<NodeStatus> report) implements ClusterMembership {
    @Override
    public void start(NodeInfo self) {
        inner.start(self);
    }

    @Override
    public void publish(NodeStatus status) {
        inner.publish(status);
        report.accept(status);
    }

    @Override
    public void publish(Plan plan) {
        inner.publish(plan);
    }

    @Override
    public void drain(NodeId worker, boolean drained) {
        inner.drain(worker, drained);
    }

    @Override
    public void share(Supplier<ExpertLoad> load) {
        inner.share(load);
    }

    @Override
    public Map<NodeId, ExpertLoad> loads() {
        return inner.loads();
    }

    @Override
    public Snapshot snapshot() {
        return inner.snapshot();
    }

    @Override
    public void listen(Listener listener) {
        inner.listen(listener);
    }

    @Override
    public void close() {
        inner.close();
    }
}
