package io.thunderhead.cluster.membership;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.id.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A cluster inside one process: every membership [#join] hands out sees the others'. Thread-safe.
public final class InMemoryCluster {
    /// In the order of joining; guarded by this.
    private final List<Seat> seats = new ArrayList<>();

    private final Set<NodeId> drained = new TreeSet<>();

    private @Nullable Plan plan;

    /// A membership of one node, not started yet.
    public ClusterMembership join() {
        return new BoardMembership() {
            @Override
            Board open(NodeInfo self, Runnable changed) {
                return new Seat(self, changed);
            }
        };
    }

    private synchronized void sit(Seat seat) {
        if (!seat.left && !seats.contains(seat)) {
            seats.add(seat);
            tellAll();
        }
    }

    private synchronized void leave(Seat seat) {
        seat.left = true;
        seats.remove(seat);
        tellAll();
    }

    private synchronized void post(Seat seat, NodeStatus status) {
        if (!status.equals(seat.status)) {
            seat.status = status;
            tellAll();
        }
    }

    private synchronized Plan offer(Plan offered) {
        Plan inForce = plan;
        if (inForce != null && inForce.epoch() >= offered.epoch()) {
            return inForce;
        }
        plan = offered;
        tellAll();
        return offered;
    }

    private synchronized void drain(NodeId node, boolean wanted) {
        if (wanted ? drained.add(node) : drained.remove(node)) {
            tellAll();
        }
    }

    private synchronized Map<NodeId, ExpertLoad> loads() {
        Map<NodeId, ExpertLoad> loads = new TreeMap<>();
        for (Seat seat : seats) {
            if (seat.load != null) {
                loads.put(seat.info.id(), seat.load);
            }
        }
        return loads;
    }

    private synchronized Snapshot read() {
        Roster roster = new Roster();
        seats.forEach(seat -> roster.add(seat.info, seat.status));
        Optional<NodeId> leader = seats.stream()
                .map(seat -> seat.info)
                .filter(info -> info.role() == NodeRole.COORDINATOR)
                .map(NodeInfo::id)
                .findFirst();
        return roster.snapshot(leader, Optional.ofNullable(plan), drained);
    }

    private synchronized void tellAll() {
        seats.forEach(seat -> seat.changed.run());
    }

    private final class Seat implements Board {
        private final NodeInfo info;
        private final Runnable changed;
        private @Nullable NodeStatus status;
        private @Nullable ExpertLoad load;
        private boolean left;

        Seat(NodeInfo info, Runnable changed) {
            this.info = info;
            this.changed = changed;
        }

        @Override
        public void post(NodeInfo self) {
            sit(this);
        }

        @Override
        public void post(NodeStatus newStatus) {
            InMemoryCluster.this.post(this, newStatus);
        }

        @Override
        public Plan offer(Plan offered) {
            return InMemoryCluster.this.offer(offered);
        }

        @Override
        public void post(ExpertLoad newLoad) {
            synchronized (InMemoryCluster.this) {
                load = newLoad;
            }
        }

        @Override
        public void drain(NodeId node, boolean wanted) {
            InMemoryCluster.this.drain(node, wanted);
        }

        @Override
        public Map<NodeId, ExpertLoad> loads() {
            return InMemoryCluster.this.loads();
        }

        @Override
        public Snapshot read() {
            return InMemoryCluster.this.read();
        }

        @Override
        public boolean coordinatorIsHere() {
            return read().leader().isPresent();
        }

        @Override
        public void leave() {
            InMemoryCluster.this.leave(this);
        }
    }
}
