package io.thunderhead.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.membership.ClusterMembership.Snapshot;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.cluster.testing.Nodes;
import io.thunderhead.model.config.LayerRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What every membership does, whatever carries it.
abstract class MembershipContract {
    private static final int TIMEOUT_SECONDS = 30;

    private final List<ClusterMembership> open = new ArrayList<>();

    /// A membership that will meet those joined before in this test.
    abstract ClusterMembership membership(NodeInfo self);

    @AfterEach
    void leaveAll() {
        Collections.reverse(open);
        open.forEach(ClusterMembership::close);
    }

    @Test
    void everyNodeSeesTheOthersSortedById() throws Exception {
        ClusterMembership first = join(Nodes.coordinator(0));
        ClusterMembership worker = join(Nodes.expert(1, 100));
        join(Nodes.attention(0, 100));
        for (ClusterMembership membership : List.of(first, worker)) {
            Snapshot seen = await(membership, snapshot -> snapshot.nodes().size() == 3);
            assertThat(seen.nodes())
                    .containsExactly(Nodes.attention(0, 100), Nodes.coordinator(0), Nodes.expert(1, 100));
            assertThat(seen.leader()).contains(Nodes.coordinator(0).id());
        }
    }

    @Test
    void aNodeThatLeavesVanishesWithItsStatus() throws Exception {
        ClusterMembership coordinator = join(Nodes.coordinator(0));
        ClusterMembership worker = join(Nodes.expert(0, 100));
        worker.publish(status(Nodes.expert(0, 100), 1, "loads"));
        await(coordinator, snapshot -> snapshot.statuses().size() == 1);
        worker.close();
        Snapshot after = await(coordinator, snapshot -> snapshot.nodes().size() == 1);
        assertThat(after.statuses()).isEmpty();
    }

    @Test
    void theOldestCoordinatorLeadsAndTheNextOneFollows() throws Exception {
        ClusterMembership first = join(Nodes.coordinator(5));
        ClusterMembership second = join(Nodes.coordinator(1));
        ClusterMembership worker = join(Nodes.expert(0, 100));
        await(worker, leads(Nodes.coordinator(5)));
        await(second, leads(Nodes.coordinator(5)));
        first.close();
        await(second, leads(Nodes.coordinator(1)));
        await(worker, leads(Nodes.coordinator(1)));
    }

    @Test
    void onlyALaterEpochReplacesThePlan() throws Exception {
        ClusterMembership first = join(Nodes.coordinator(0));
        ClusterMembership second = join(Nodes.coordinator(1));
        first.publish(plan(4, "four"));
        await(second, planned(4));
        second.publish(plan(4, "another four"));
        second.publish(plan(3, "three"));
        second.publish(plan(5, "five"));
        Snapshot seen = await(first, planned(5));
        assertThat(seen.plan().map(Plan::reason)).contains("five");
        first.publish(plan(5, "late five"));
        first.publish(plan(6, "six"));
        assertThat(await(second, planned(6)).plan()).contains(plan(6, "six"));
    }

    @Test
    void ofTwoPlansOfOneEpochAllSeeTheSame() throws Exception {
        ClusterMembership first = join(Nodes.coordinator(0));
        ClusterMembership second = join(Nodes.coordinator(1));
        for (int epoch = 1; epoch <= 10; epoch++) {
            first.publish(plan(epoch, "of the first"));
            second.publish(plan(epoch, "of the second"));
            assertThat(await(first, planned(epoch)).plan())
                    .isEqualTo(await(second, planned(epoch)).plan());
        }
    }

    @Test
    void thePlanOutlivesTheLeader() throws Exception {
        ClusterMembership first = join(Nodes.coordinator(0));
        ClusterMembership second = join(Nodes.coordinator(1));
        first.publish(plan(7, "seven"));
        await(second, planned(7));
        first.close();
        assertThat(await(second, leads(Nodes.coordinator(1))).plan()).contains(plan(7, "seven"));
    }

    @Test
    void everyoneSeesWhoIsDrainedAlsoAfterARestart() throws Exception {
        ClusterMembership first = join(Nodes.coordinator(0));
        ClusterMembership second = join(Nodes.coordinator(1));
        NodeInfo node = Nodes.expert(0, 100);
        ClusterMembership worker = join(node);
        first.drain(node.id(), true);
        await(second, snapshot -> snapshot.drained().equals(Set.of(node.id())));
        await(worker, snapshot -> snapshot.drained().equals(Set.of(node.id())));
        worker.close();
        join(Nodes.reborn(node));
        Snapshot back = await(second, snapshot -> snapshot.nodes().contains(Nodes.reborn(node)));
        assertThat(back.drained()).containsExactly(node.id());
        second.drain(node.id(), false);
        await(first, snapshot -> snapshot.drained().isEmpty());
    }

    @Test
    void coordinatorsSeeWhatExpertsComputed() throws Exception {
        ClusterMembership coordinator = join(Nodes.coordinator(0));
        NodeInfo node = Nodes.expert(0, 100);
        ClusterMembership worker = join(node);
        ExpertLoad load = new ExpertLoad(Map.of(3, List.of(7L, 0L)));
        worker.share(() -> load);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> coordinator.loads().equals(Map.of(node.id(), load)));
        assertThat(worker.loads()).isEmpty();
    }

    @Test
    void theLatestStatusIsSeen() throws Exception {
        ClusterMembership coordinator = join(Nodes.coordinator(0));
        NodeInfo node = Nodes.expert(0, 100);
        ClusterMembership worker = join(node);
        for (int step = 1; step <= 50; step++) {
            worker.publish(status(node, 1, "step " + step));
        }
        Snapshot seen = await(
                coordinator,
                snapshot -> snapshot.status(node.id())
                        .filter(status -> status.detail().equals("step 50"))
                        .isPresent());
        assertThat(seen.statuses()).hasSize(1);
    }

    @Test
    void aNodeThatComesBackIsAnotherLifeWithoutTheOldStatus() throws Exception {
        ClusterMembership coordinator = join(Nodes.coordinator(0));
        NodeInfo node = Nodes.attention(0, 100);
        ClusterMembership worker = join(node);
        worker.publish(status(node, 1, "old"));
        await(coordinator, snapshot -> snapshot.status(node.id()).isPresent());
        worker.close();
        join(Nodes.reborn(node));
        Snapshot seen = await(coordinator, snapshot -> snapshot.nodes().contains(Nodes.reborn(node)));
        assertThat(seen.status(node.id())).isEmpty();
    }

    @Test
    void ofTwoLivesOfOneNodeTheLaterCounts() throws Exception {
        ClusterMembership coordinator = join(Nodes.coordinator(0));
        NodeInfo node = Nodes.attention(0, 100);
        join(node);
        await(coordinator, snapshot -> snapshot.nodes().contains(node));
        join(Nodes.reborn(node));
        Snapshot seen = await(coordinator, snapshot -> snapshot.nodes().contains(Nodes.reborn(node)));
        assertThat(seen.nodes(NodeRole.ATTENTION_WORKER)).hasSize(1);
    }

    @Test
    void aListenerIsToldAtOnceAndInOrderByOneThread() throws Exception {
        ClusterMembership first = join(Nodes.coordinator(0));
        first.publish(plan(1, "one"));
        await(first, planned(1));
        Recorder recorder = new Recorder();
        first.listen(recorder);
        assertThat(recorder.started.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        for (int epoch = 2; epoch <= 40; epoch++) {
            first.publish(plan(epoch, "next"));
        }
        await(first, planned(40));
        assertThat(recorder.last.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(recorder.epochs).startsWith(1L).endsWith(40L).isSorted().doesNotHaveDuplicates();
        assertThat(recorder.threads).hasSize(1);
    }

    @Test
    void aListenerThatFailsDoesNotHarmTheOthers() throws Exception {
        ClusterMembership first = join(Nodes.coordinator(0));
        first.listen(snapshot -> {
            throw new IllegalStateException("thrown by a test's listener");
        });
        await(first, leads(Nodes.coordinator(0)));
        first.publish(plan(2, "two"));
        await(first, planned(2));
    }

    ClusterMembership join(NodeInfo self) {
        ClusterMembership membership = membership(self);
        open.add(membership);
        membership.start(self);
        return membership;
    }

    static Snapshot await(ClusterMembership membership, Predicate<Snapshot> condition) throws InterruptedException {
        CountDownLatch met = new CountDownLatch(1);
        List<Snapshot> seen = Collections.synchronizedList(new ArrayList<>());
        membership.listen(snapshot -> {
            if (met.getCount() > 0) {
                seen.add(snapshot);
                if (condition.test(snapshot)) {
                    met.countDown();
                }
            }
        });
        assertThat(met.await(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .as("last seen: %s", membership.snapshot())
                .isTrue();
        return seen.getLast();
    }

    static Predicate<Snapshot> leads(NodeInfo coordinator) {
        return snapshot -> snapshot.leader().equals(Optional.of(coordinator.id()));
    }

    static Predicate<Snapshot> planned(long epoch) {
        return snapshot -> snapshot.plan().filter(plan -> plan.epoch() == epoch).isPresent();
    }

    static Plan plan(long epoch, String reason) {
        return new Plan(
                epoch,
                Nodes.FINGERPRINT,
                List.of(new Plan.Stage(Nodes.attention(0, 0).id(), new LayerRange(0, 8), 4, 16, 1000)),
                List.of(new Plan.ExpertHolder(Nodes.expert(0, 0).id(), Map.of(0, List.of(0, 1), 7, List.of(3)), 1000)),
                reason);
    }

    static NodeStatus status(NodeInfo node, long epoch, String detail) {
        return new NodeStatus(node.id(), node.incarnation(), epoch, 1, 2, false, false, detail);
    }

    private static final class Recorder implements ClusterMembership.Listener {
        private final CountDownLatch started = new CountDownLatch(1);
        private final CountDownLatch last = new CountDownLatch(1);
        private final List<Long> epochs = Collections.synchronizedList(new ArrayList<>());
        private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

        @Override
        public void changed(Snapshot snapshot) {
            long epoch = snapshot.plan().orElseThrow().epoch();
            epochs.add(epoch);
            threads.add(Thread.currentThread());
            started.countDown();
            if (epoch == 40) {
                last.countDown();
            }
        }
    }
}
