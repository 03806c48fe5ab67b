package io.thunderhead.model.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RoutingTest {
    @Test
    void listsTheBestByIdWithRenormalisedWeights() {
        Routing routing = routed(2, 1, 5, -2, 4);
        assertThat(ids(routing, 0)).containsExactly(1, 3);
        assertThat(routing.weight(0, 0)).isCloseTo((float) (1 / (1 + Math.exp(-1))), within(1e-6f));
        assertThat(routing.weight(0, 0) + routing.weight(0, 1)).isCloseTo(1, within(1e-6f));
    }

    @Test
    void prefersTheLowerIdAmongEquals() {
        assertThat(ids(routed(2, 3, 3, 3, 3), 0)).containsExactly(0, 1);
        assertThat(ids(routed(2, 1, 3, 3, 3), 0)).containsExactly(1, 2);
        assertThat(ids(routed(2, 3, 1, 5, 3), 0)).containsExactly(0, 2);
        assertThat(ids(routed(3, 2, 1, 2, 2), 0)).containsExactly(0, 2, 3);
    }

    @Test
    void survivesExtremeLogits() {
        Routing routing = routed(2, -3e38f, 3e38f, -3e38f, 1);
        assertThat(ids(routing, 0)).containsExactly(1, 3);
        assertThat(routing.weight(0, 0)).isEqualTo(1);
        assertThat(routing.weight(0, 1)).isZero();
    }

    @Test
    void agreesWithSortingForAnyTopK() {
        SplittableRandom random = new SplittableRandom(1);
        for (int topK = 1; topK <= 8; topK++) {
            for (int round = 0; round < 200; round++) {
                float[] logits = new float[8];
                for (int i = 0; i < logits.length; i++) {
                    logits[i] = random.nextInt(6);
                }
                int[] sorted = IntStream.range(0, 8)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer i) -> -logits[i]))
                        .limit(topK)
                        .mapToInt(i -> i)
                        .sorted()
                        .toArray();
                assertThat(ids(routed(topK, logits), 0)).containsExactly(sorted);
            }
        }
    }

    private static Routing routed(int topK, float... logits) {
        Routing routing = new Routing(1, logits.length, topK);
        System.arraycopy(logits, 0, routing.logits(), 0, logits.length);
        routing.choose(1);
        return routing;
    }

    private static int[] ids(Routing routing, int row) {
        int[] ids = new int[routing.topK()];
        Arrays.setAll(ids, slot -> routing.expertId(row, slot));
        return ids;
    }
}
