package io.thunderhead.cluster.membership;

class InMemoryClusterTest extends MembershipContract {
    private final InMemoryCluster cluster = new InMemoryCluster();

    @Override
    ClusterMembership membership(NodeInfo self) {
        return cluster.join();
    }
}
