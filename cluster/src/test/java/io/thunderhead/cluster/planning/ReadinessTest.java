package io.thunderhead.cluster.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.cluster.planning.Readiness.NotReady;
import io.thunderhead.cluster.planning.Readiness.Ready;
import io.thunderhead.cluster.testing.Models;
import io.thunderhead.cluster.testing.Nodes;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private static final ModelConfig MODEL = Models.small(8, 4);

    private final SnapshotScript cluster = new SnapshotScript();

    @Test
    void isReadyWhenEverythingIsServed() {
        everybodyIsThere();
        cluster.serveAll();
        assertThat(Readiness.of(cluster.snapshot(), MODEL)).isEqualTo(new Ready());
    }

    @Test
    void saysThatThereIsNoPlan() {
        cluster.join(Nodes.attention(0, 1));
        assertThat(missing())
                .containsExactly("no plan yet from coordinator-00: 1 attention workers and 0 expert workers are there");
    }

    @Test
    void namesLayersAndExpertsOfAWorkerThatIsGone() {
        everybodyIsThere();
        cluster.serveAll();
        cluster.leave(Nodes.attention(0, 1));
        cluster.leave(Nodes.expert(1, 1));
        assertThat(missing())
                .containsExactly(
                        "layers 0..4: attention-00 is not there", "16 experts of layers 0..7: expert-01 is not there");
    }

    @Test
    void showsHowFarLoadingIs() {
        everybodyIsThere();
        cluster.serveAll();
        cluster.report(Nodes.attention(1, 1), 3, 37, 100, false);
        cluster.report(Nodes.expert(0, 1), 2, 100, 100, true);
        assertThat(missing())
                .containsExactly(
                        "layers 5..7: attention-01 has loaded 37 %",
                        "16 experts of layers 0..7: expert-00 is at plan epoch 2 of 3");
    }

    @Test
    void aStatusOfAnEarlierLifeDoesNotCount() {
        everybodyIsThere();
        cluster.serveAll();
        cluster.join(Nodes.reborn(Nodes.expert(0, 1)));
        assertThat(missing()).containsExactly("16 experts of layers 0..7: expert-00 has not reported yet");
    }

    @Test
    void anExpertHeldTwiceIsMissedOnlyIfBothHoldersAre() {
        everybodyIsThere();
        cluster.put(plan(experts(0, 2), experts(0, 4)));
        cluster.serveAll();
        cluster.leave(Nodes.expert(0, 1));
        assertThat(Readiness.of(cluster.snapshot(), MODEL)).isEqualTo(new Ready());
        cluster.join(Nodes.expert(0, 1));
        cluster.leave(Nodes.expert(1, 1));
        assertThat(missing()).containsExactly("16 experts of layers 0..7: expert-01 is not there");
    }

    @Test
    void namesWhatThePlanLeavesOut() {
        everybodyIsThere();
        Map<Integer, List<Integer>> allButOne = experts(0, 4);
        allButOne.put(3, List.of(0, 1, 2));
        cluster.put(new Plan(
                3,
                Nodes.FINGERPRINT,
                List.of(stage(0, 0, 5)),
                List.of(new Plan.ExpertHolder(Nodes.expert(0, 1).id(), allButOne, 1)),
                "test"));
        cluster.serveAll();
        assertThat(missing()).containsExactly("layers 5..7: placed nowhere", "1 experts of layer 3: placed nowhere");
    }

    private List<String> missing() {
        return ((NotReady) Readiness.of(cluster.snapshot(), MODEL)).missing();
    }

    private void everybodyIsThere() {
        cluster.join(Nodes.attention(0, 1), Nodes.attention(1, 1), Nodes.expert(0, 1), Nodes.expert(1, 1));
        cluster.put(plan(experts(0, 2), experts(2, 4)));
    }

    private static Plan plan(Map<Integer, List<Integer>> ofFirst, Map<Integer, List<Integer>> ofSecond) {
        return new Plan(
                3,
                Nodes.FINGERPRINT,
                List.of(stage(0, 0, 5), stage(1, 5, 8)),
                List.of(
                        new Plan.ExpertHolder(Nodes.expert(0, 1).id(), ofFirst, 1),
                        new Plan.ExpertHolder(Nodes.expert(1, 1).id(), ofSecond, 1)),
                "test");
    }

    private static Plan.Stage stage(int worker, int first, int end) {
        return new Plan.Stage(Nodes.attention(worker, 1).id(), new LayerRange(first, end), 1, 1, 1);
    }

    private static Map<Integer, List<Integer>> experts(int first, int end) {
        Map<Integer, List<Integer>> byLayer = new TreeMap<>();
        List<Integer> held = List.of(0, 1, 2, 3).subList(first, end);
        for (int layer = 0; layer < 8; layer++) {
            byLayer.put(layer, held);
        }
        return byLayer;
    }
}
