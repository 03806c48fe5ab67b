package io.thunderhead.coordinator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.coordinator.testing.FakeCluster;
import io.thunderhead.coordinator.testing.FakeStages;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineKeeperTest {
    private final FakeCluster cluster = new FakeCluster();
    private final FakeStages stages = new FakeStages(512);
    private final PipelineKeeper plans = new PipelineKeeper(FakeCluster.COORDINATOR, stages, new Deaf());

    private static final class Deaf implements PipelineListener {
        @Override
        public void outcome(int stageIndex, StepOutcome outcome) {}

        @Override
        public void lost(long pipelineId, int stageIndex, ServingException error) {}
    }

    private boolean follow() {
        return plans.follow(cluster.snapshot());
    }

    private void readyWith(Plan plan) {
        stages.planned(plan);
        cluster.ready(plan);
        follow();
        plans.openIfReady();
    }

    private long servingEpoch() {
        return plans.serving().map(open -> open.plan().epoch()).orElse(-1L);
    }

    @Test
    void waitsForEveryWorkerAndSaysForWhat() {
        Plan plan = FakeCluster.plan(3, 1, 4, 10);
        cluster.planned(plan);
        cluster.join(FakeCluster.stage(0));
        follow();
        assertThat(plans.missing()).containsExactly("attention-0 has not taken up plan 3", "expert-0 is not there");
        cluster.status(FakeCluster.stage(0), 3, false);
        follow();
        assertThat(plans.missing()).first().asString().contains("attention-0 has loaded 1 B of 2 B (loading)");
        assertThat(plans.openIfReady()).isTrue();
        assertThat(plans.serving()).isEmpty();
    }

    @Test
    void opensOneLineAStageWhenAllAreReady() {
        readyWith(FakeCluster.plan(1, 3, 4, 10));
        assertThat(stages.open()).hasSize(3);
        assertThat(servingEpoch()).isEqualTo(1);
    }

    @Test
    void oldPlanServesWhileTheNewOneLoads() {
        readyWith(FakeCluster.plan(1, 1, 4, 10));
        cluster.planned(FakeCluster.plan(2, 2, 4, 10));
        cluster.status(FakeCluster.stage(0), 2, false);
        assertThat(follow()).isFalse();
        assertThat(servingEpoch()).isEqualTo(1);
        cluster.ready(FakeCluster.plan(2, 2, 4, 10));
        assertThat(follow()).isTrue();
        plans.openIfReady();
        assertThat(servingEpoch()).isEqualTo(2);
    }

    @Test
    void expertWorkerThatComesAndGoesPausesButKeepsTheLines() {
        Plan plan = FakeCluster.plan(1, 1, 4, 10);
        readyWith(plan);
        cluster.leave(FakeCluster.EXPERT);
        assertThat(follow()).isFalse();
        assertThat(plans.serving()).isEmpty();
        cluster.ready(plan);
        assertThat(follow()).isFalse();
        assertThat(servingEpoch()).isEqualTo(1);
    }

    @Test
    void newLifeOfAStageClosesTheLines() {
        Plan plan = FakeCluster.plan(1, 1, 4, 10);
        readyWith(plan);
        cluster.leave(FakeCluster.stage(0));
        cluster.ready(plan);
        assertThat(follow()).isTrue();
        assertThat(stages.open()).isEmpty();
    }

    @Test
    void closesWhenAnotherCoordinatorLeads() {
        readyWith(FakeCluster.plan(1, 1, 4, 10));
        cluster.led(new NodeId("coordinator-9"));
        assertThat(follow()).isTrue();
        assertThat(plans.openIfReady()).isTrue();
        assertThat(plans.missing()).first().asString().contains("coordinator-9 leads");
    }

    @Test
    void failureToOpenLeavesNothingOpenAndIsToldAsMissing() {
        stages.refuse(FakeCluster.stage(1), true);
        Plan plan = FakeCluster.plan(1, 2, 4, 10);
        cluster.ready(plan);
        follow();
        assertThat(plans.openIfReady()).isFalse();
        assertThat(stages.open()).isEmpty();
        assertThat(plans.missing()).first().asString().contains("attention-1 refuses");
    }

    @Test
    void refusesACommandOfAnotherPlan() {
        readyWith(FakeCluster.plan(2, 1, 4, 10));
        StepCommand old = new StepCommand(1, 1, Duration.ofSeconds(1), List.of(), List.of());
        Pipeline open = plans.serving().orElseThrow();
        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(() -> open.submit(old))
                .satisfies(error -> assertThat(error.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
    }
}
