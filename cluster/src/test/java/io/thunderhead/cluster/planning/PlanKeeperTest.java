package io.thunderhead.cluster.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.placement.KvType;
import io.thunderhead.cluster.placement.MemoryModel;
import io.thunderhead.cluster.placement.PlacementOptions;
import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.cluster.placement.WeightStorage;
import io.thunderhead.cluster.planning.PlanDecision.Keep;
import io.thunderhead.cluster.planning.PlanDecision.Publish;
import io.thunderhead.cluster.planning.PlanDecision.Wait;
import io.thunderhead.cluster.testing.Models;
import io.thunderhead.cluster.testing.Nodes;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanKeeperTest {
    private static final long PLENTY = 1L << 30;
    private static final MemoryModel MEMORY = new MemoryModel(Models.small(), WeightStorage.FLOAT32, KvType.FLOAT32);
    private static final PlacementOptions OPTIONS = new PlacementOptions(4, 1024, 64);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final SnapshotScript cluster = new SnapshotScript();
    private final PlanKeeper keeper = keeper(true);
    private long nowNanos = -5_000_000_000L;

    @Test
    void waitsForTheExpectedWorkers() {
        cluster.join(Nodes.attention(0, PLENTY));
        cluster.join(Nodes.expert(0, PLENTY));
        assertThat(step()).isEqualTo(new Wait("waiting for 1 of 2 attention-workers and 1 of 2 expert-workers"));
    }

    @Test
    void namesWorkersOfAnotherCheckpoint() {
        cluster.join(Nodes.attention(0, PLENTY));
        NodeInfo stranger = Nodes.attention(1, PLENTY);
        cluster.join(new NodeInfo(
                stranger.id(), "1", stranger.role(), stranger.address(), PLENTY, "cpu", "host", "another"));
        assertThat(step())
                .isInstanceOfSatisfying(
                        Wait.class, wait -> assertThat(wait.missing()).contains("another checkpoint: attention-01"));
    }

    @Test
    void publishesTheFirstPlanOnceAndKeepsIt() {
        joinTwoAndTwo();
        Plan plan = published();
        assertThat(plan.epoch()).isEqualTo(1);
        assertThat(step()).as("before the plan came back").isEqualTo(new Keep());
        cluster.put(plan);
        assertThat(step()).isEqualTo(new Keep());
    }

    @Test
    void doesNothingWhileAnotherLeads() {
        joinTwoAndTwo();
        cluster.lead(Nodes.coordinator(1));
        assertThat(step()).isEqualTo(new Keep());
    }

    @Test
    void saysWhyTheModelDoesNotFit() {
        cluster.join(Nodes.attention(0, 1000), Nodes.attention(1, 1000));
        cluster.join(Nodes.expert(0, 1000), Nodes.expert(1, 1000));
        assertThat(step())
                .isInstanceOfSatisfying(
                        Wait.class,
                        wait -> assertThat(wait.missing())
                                .contains("does not fit", "attention-workers: need", "expert-workers: need"));
    }

    @Test
    void aWorkerThatComesBackInTimeGetsTheSamePart() {
        Plan first = planned();
        cluster.leave(Nodes.expert(0, PLENTY));
        assertThat(step()).isInstanceOf(Wait.class);
        nowNanos += GRACE.toNanos() - 1;
        assertThat(step()).isInstanceOf(Wait.class);
        cluster.join(Nodes.reborn(Nodes.expert(0, PLENTY)));
        Plan second = published();
        assertThat(second).isEqualTo(first.with(2, "expert-00 came back"));
    }

    @Test
    void aRestartNobodySawIsNoticedByTheIncarnation() {
        planned();
        cluster.join(Nodes.reborn(Nodes.attention(1, PLENTY)));
        assertThat(published().reason()).isEqualTo("attention-01 came back");
    }

    @Test
    void theSameLifeSeenAgainChangesNothing() {
        planned();
        cluster.leave(Nodes.expert(0, PLENTY));
        step();
        cluster.join(Nodes.expert(0, PLENTY));
        assertThat(step()).isEqualTo(new Keep());
    }

    @Test
    void afterTheGraceTheSurvivorsTakeOver() {
        Plan first = planned();
        cluster.leave(Nodes.expert(0, PLENTY));
        step();
        nowNanos += GRACE.toNanos();
        Plan second = published();
        assertThat(second.epoch()).isEqualTo(first.epoch() + 1);
        assertThat(second.reason()).isEqualTo("lost expert-00");
        assertThat(second.experts())
                .extracting(Plan.ExpertHolder::worker)
                .containsExactly(Nodes.expert(1, 0).id());
        assertThat(second.stages()).isEqualTo(first.stages());
    }

    @Test
    void aDrainingWorkerCountsAsLost() {
        planned();
        cluster.drain(Nodes.expert(1, PLENTY));
        step();
        nowNanos += GRACE.toNanos();
        assertThat(published().experts()).hasSize(1);
    }

    @Test
    void waitsOnWhenTheSurvivorsHaveNoRoom() {
        long half = MEMORY.totalExperts() * MEMORY.expertBytes() / 2 + MEMORY.expertWorkBytes(64) + 1000;
        cluster.join(Nodes.attention(0, PLENTY), Nodes.attention(1, PLENTY));
        cluster.join(Nodes.expert(0, half), Nodes.expert(1, half));
        cluster.put(published());
        cluster.leave(Nodes.expert(0, half));
        step();
        nowNanos += GRACE.toNanos();
        assertThat(step())
                .isInstanceOfSatisfying(
                        Wait.class, wait -> assertThat(wait.missing()).contains("1 expert-workers: need", "short by"));
        cluster.join(Nodes.expert(2, half));
        assertThat(published().experts()).hasSize(2);
    }

    @Test
    void expertsMoveToAWorkerThatJoinsOnceAllIsServed() {
        planned();
        cluster.join(Nodes.expert(2, PLENTY));
        assertThat(step()).as("still loading").isEqualTo(new Keep());
        cluster.serveAll();
        Plan second = published();
        assertThat(second.experts()).hasSize(3);
        cluster.put(second);
        cluster.serveAll();
        assertThat(step()).isEqualTo(new Keep());
    }

    @Test
    void nothingMovesToWorkersThatJoinIfThePolicySaysSo() {
        PlanKeeper still = keeper(false);
        joinTwoAndTwo();
        cluster.put(((Publish) still.step(cluster.snapshot(), nowNanos)).plan());
        cluster.serveAll();
        cluster.join(Nodes.expert(2, PLENTY));
        assertThat(still.step(cluster.snapshot(), nowNanos)).isEqualTo(new Keep());
    }

    @Test
    void aSpareAttentionWorkerIsUsedOnlyInPlaceOfALostOne() {
        planned();
        cluster.serveAll();
        cluster.join(Nodes.attention(2, PLENTY));
        assertThat(step()).isEqualTo(new Keep());
        cluster.leave(Nodes.attention(0, PLENTY));
        step();
        nowNanos += GRACE.toNanos();
        assertThat(published().stages())
                .extracting(Plan.Stage::worker)
                .containsExactly(
                        Nodes.attention(1, 0).id(), Nodes.attention(2, 0).id());
    }

    @Test
    void anAttentionWorkerThatComesBackLateGetsLayersAgain() {
        planned();
        cluster.leave(Nodes.attention(0, PLENTY));
        step();
        nowNanos += GRACE.toNanos();
        Plan alone = published();
        assertThat(alone.stages()).hasSize(1);
        cluster.put(alone);
        cluster.join(Nodes.reborn(Nodes.attention(0, PLENTY)));
        cluster.serveAll();
        assertThat(published().stages()).hasSize(2);
    }

    @Test
    void aNewLeaderTakesANewEpochForTheSameParts() {
        Plan first = planned();
        PlanKeeper other = new PlanKeeper(Nodes.coordinator(1).id(), Nodes.FINGERPRINT, MEMORY, OPTIONS, policy(true));
        assertThat(other.step(cluster.snapshot(), nowNanos)).isEqualTo(new Keep());
        cluster.lead(Nodes.coordinator(1));
        assertThat(other.step(cluster.snapshot(), nowNanos))
                .isEqualTo(new Publish(first.with(2, "coordinator-01 leads now")));
        assertThat(step()).isEqualTo(new Keep());
    }

    @Test
    void aPlanForAnotherModelIsReplacedUnderALaterEpoch() {
        joinTwoAndTwo();
        cluster.put(new Plan(41, "another", List.of(), List.of(), "of another model"));
        assertThat(published().epoch()).isEqualTo(42);
    }

    @Test
    void anyHistoryEndsServedByLiveWorkersUnderRisingEpochs() {
        for (int seed = 0; seed < 200; seed++) {
            runHistory(seed);
        }
    }

    private static void runHistory(int seed) {
        Random random = new Random(seed);
        SnapshotScript cluster = new SnapshotScript();
        PlanKeeper keeper = keeper(random.nextBoolean());
        long now = random.nextLong();
        long epoch = 0;
        for (int step = 0; step < 60; step++) {
            cluster.disturb(random, PLENTY);
            now += random.nextLong(GRACE.toNanos());
            if (keeper.step(cluster.snapshot(), now) instanceof Publish(Plan plan)) {
                assertThat(plan.epoch()).as("seed %d", seed).isGreaterThan(epoch);
                epoch = plan.epoch();
                cluster.put(plan);
            }
        }
        cluster.join(Nodes.attention(0, PLENTY), Nodes.attention(1, PLENTY));
        cluster.join(Nodes.expert(0, PLENTY), Nodes.expert(1, PLENTY));
        for (int step = 0; step < 10; step++) {
            now += GRACE.toNanos();
            if (keeper.step(cluster.snapshot(), now) instanceof Publish(Plan plan)) {
                cluster.put(plan);
            }
            cluster.serveAll();
        }
        assertThat(keeper.step(cluster.snapshot(), now)).as("seed %d", seed).isEqualTo(new Keep());
        assertThat(Readiness.of(cluster.snapshot(), MEMORY.model()))
                .as("seed %d", seed)
                .isEqualTo(new Readiness.Ready());
    }

    @Test
    void theLoadOfADrainedWorkerMovesAtOnceAndComesBack() {
        planned();
        cluster.mark(Nodes.expert(1, PLENTY), true);
        Plan without = published();
        assertThat(without.reason()).isEqualTo("drained expert-01");
        assertThat(without.experts()).hasSize(1);
        cluster.put(without);
        cluster.serveAll();
        assertThat(step()).isEqualTo(new Keep());
        cluster.mark(Nodes.expert(1, PLENTY), false);
        assertThat(published().experts()).hasSize(2);
    }

    @Test
    void aDrainedWorkerThatCannotBeSparedStays() {
        planned();
        cluster.mark(Nodes.expert(0, PLENTY), true);
        cluster.mark(Nodes.expert(1, PLENTY), true);
        assertThat(step()).isInstanceOf(Wait.class);
    }

    private Plan planned() {
        joinTwoAndTwo();
        Plan plan = published();
        cluster.put(plan);
        return plan;
    }

    private void joinTwoAndTwo() {
        cluster.join(Nodes.attention(0, PLENTY), Nodes.attention(1, PLENTY));
        cluster.join(Nodes.expert(0, PLENTY), Nodes.expert(1, PLENTY));
    }

    private PlanDecision step() {
        return keeper.step(cluster.snapshot(), nowNanos);
    }

    private Plan published() {
        PlanDecision decision = step();
        assertThat(decision).isInstanceOf(Publish.class);
        return ((Publish) decision).plan();
    }

    private static PlanKeeper keeper(boolean rebalance) {
        return new PlanKeeper(Nodes.coordinator(0).id(), Nodes.FINGERPRINT, MEMORY, OPTIONS, policy(rebalance));
    }

    private static PlanPolicy policy(boolean rebalance) {
        return new PlanPolicy(2, 2, GRACE, rebalance);
    }
}
