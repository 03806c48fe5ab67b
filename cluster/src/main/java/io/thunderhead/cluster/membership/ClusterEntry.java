package io.thunderhead.cluster.membership;

import io.thunderhead.core.id.HostPort;
import java.util.function.Function;

/// How a worker enters the cluster.
///
/// @param membership not started; stays its owner's
/// @param introduction what the node says of itself once it knows where it listens
public record ClusterEntry(ClusterMembership membership, Function<HostPort, NodeInfo> introduction) {
    /// Joins, and from then on holds what each plan gives this node. Returns when it has joined; loading goes on
    /// behind.
    public PlanFollower enter(HostPort listening, PlanFollower.Holder holder) {
        NodeInfo self = introduction.apply(listening);
        membership.start(self);
        PlanFollower follower = new PlanFollower(self, membership, holder);
        follower.start();
        return follower;
    }
}
