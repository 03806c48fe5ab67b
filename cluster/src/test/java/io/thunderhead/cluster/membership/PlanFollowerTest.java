package io.thunderhead.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.cluster.testing.Nodes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PlanFollowerTest {
    private static final long SECONDS_MAX = 30;

    private final InMemoryCluster cluster = new InMemoryCluster();

    /// No memory for weights is an error of the JVM's, not an exception; the cluster must hear of it all the same.
    @Test
    void tellsTheClusterThatThereIsNoMemoryForAPlan() throws Exception {
        NodeInfo worker = Nodes.expert(0, 1);
        try (ClusterMembership coordinator = cluster.join();
                ClusterMembership membership = cluster.join();
                PlanFollower follower = new PlanFollower(worker, membership, (plan, snapshot, progress) -> {
                    throw new OutOfMemoryError("Cannot reserve memory");
                })) {
            coordinator.start(Nodes.coordinator(0));
            membership.start(worker);
            CompletableFuture<NodeStatus> told = new CompletableFuture<>();
            coordinator.listen(snapshot -> snapshot.status(worker.id())
                    .filter(status -> status.planEpoch() == 1)
                    .ifPresent(told::complete));
            follower.start();
            coordinator.publish(new Plan(1, Nodes.FINGERPRINT, List.of(), List.of(), "test"));

            NodeStatus status = told.get(SECONDS_MAX, TimeUnit.SECONDS);
            assertThat(status.ready()).isFalse();
            assertThat(status.detail()).contains("Cannot reserve memory");
        }
    }
}
