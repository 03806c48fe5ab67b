package io.thunderhead.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.cluster.membership.ClusterConfig.Discovery;
import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.testing.Nodes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HazelcastMembershipIT extends MembershipContract {
    private final String clusterName = "test-" + UUID.randomUUID();
    private final List<HazelcastMembership> coordinators = new ArrayList<>();

    @Override
    ClusterMembership membership(NodeInfo self) {
        List<String> members = coordinators.stream()
                .flatMap(coordinator -> coordinator.address().stream())
                .map(HostPort::toString)
                .toList();
        HazelcastMembership membership = new HazelcastMembership(config(members, 0, Duration.ofSeconds(30)));
        if (self.role() == NodeRole.COORDINATOR) {
            coordinators.add(membership);
        }
        return membership;
    }

    @Test
    void aWorkerWaitsForItsCoordinator() throws Exception {
        int port = freePort();
        List<String> members = List.of("127.0.0.1:" + port);
        try (HazelcastMembership worker = new HazelcastMembership(config(members, 0, Duration.ofSeconds(30)));
                HazelcastMembership coordinator =
                        new HazelcastMembership(config(members, port, Duration.ofSeconds(30)))) {
            CompletableFuture<Void> joined =
                    CompletableFuture.runAsync(() -> worker.start(Nodes.expert(0, 100)), Thread::startVirtualThread);
            assertThat(joined).isNotDone();
            coordinator.start(Nodes.coordinator(0));
            joined.get(30, TimeUnit.SECONDS);
            await(coordinator, snapshot -> snapshot.nodes().size() == 2);
        }
    }

    @Test
    void aWorkerGivesUpAfterTheJoinTimeout() throws Exception {
        List<String> members = List.of("127.0.0.1:" + freePort());
        try (HazelcastMembership worker = new HazelcastMembership(config(members, 0, Duration.ofMillis(300)))) {
            assertThatThrownBy(() -> worker.start(Nodes.expert(0, 100)))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_READY))
                    .hasMessageContaining("expert-00: no coordinator at " + members.getFirst());
        }
    }

    @Test
    void closingEndsTheWaitForACoordinator() throws Exception {
        List<String> members = List.of("127.0.0.1:" + freePort());
        HazelcastMembership worker = new HazelcastMembership(config(members, 0, Duration.ofMinutes(10)));
        CompletableFuture<Void> joined =
                CompletableFuture.runAsync(() -> worker.start(Nodes.expert(0, 100)), Thread::startVirtualThread);
        worker.close();
        assertThat(joined).failsWithin(Duration.ofSeconds(10));
    }

    @Test
    void planAndNodesSurviveTheRestartOfTheOnlyCoordinator() throws Exception {
        int port = freePort();
        List<String> members = List.of("127.0.0.1:" + port);
        HazelcastMembership first = new HazelcastMembership(config(members, port, Duration.ofSeconds(30)));
        first.start(Nodes.coordinator(0));
        first.publish(plan(9, "nine"));
        try (HazelcastMembership worker = new HazelcastMembership(config(members, 0, Duration.ofSeconds(30)))) {
            worker.start(Nodes.expert(0, 100));
            await(worker, planned(9));
            first.close();
            await(worker, snapshot -> snapshot.leader().isEmpty() && planned(9).test(snapshot));
            try (HazelcastMembership second = new HazelcastMembership(config(members, port, Duration.ofSeconds(30)))) {
                second.start(Nodes.reborn(Nodes.coordinator(0)));
                Snapshot seen = await(
                        second,
                        snapshot -> snapshot.nodes().size() == 2 && planned(9).test(snapshot));
                assertThat(seen.leader()).contains(Nodes.coordinator(0).id());
            }
        }
    }

    /// Pods all listen on one port; here the second to come takes the next one.
    @Test
    void findsTheCoordinatorsByTheNameOfTheirService() throws Exception {
        int port = freePort();
        try (HazelcastMembership worker = new HazelcastMembership(inKubernetes(port))) {
            Thread joining = Thread.ofVirtual().start(() -> worker.start(Nodes.expert(0, 1 << 20)));
            try (HazelcastMembership coordinator = new HazelcastMembership(inKubernetes(port))) {
                coordinator.start(Nodes.coordinator(0));

                await(coordinator, snapshot -> snapshot.nodes().size() == 2);
                joining.join();
                assertThat(await(worker, snapshot -> snapshot.nodes().size() == 2)
                                .leader())
                        .contains(Nodes.coordinator(0).id());
            }
        }
    }

    private ClusterConfig inKubernetes(int port) {
        return config(List.of(), Discovery.KUBERNETES, port, Duration.ofSeconds(30));
    }

    private ClusterConfig config(List<String> members, int bindPort, Duration joinTimeout) {
        return config(members, Discovery.STATIC, bindPort, joinTimeout);
    }

    private ClusterConfig config(List<String> members, Discovery discovery, int bindPort, Duration joinTimeout) {
        return new ClusterConfig(
                clusterName,
                members,
                discovery,
                "localhost",
                "",
                "",
                "127.0.0.1",
                bindPort,
                discovery == Discovery.KUBERNETES,
                2,
                2,
                joinTimeout,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                true);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
