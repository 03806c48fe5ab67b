package io.thunderhead.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.layers.Routing;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.PendingCombine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeRoundTest {
    private static final int EXPERTS = 8;
    private static final int HIDDEN = 13;
    private static final int ROWS = 50;
    private static final int LAYER = 3;
    private static final Deadline SOON = Deadline.after(Duration.ofMinutes(5));

    private final Random random = new Random(11);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void sumIsTheSameBitsHoweverExpertsAreSpread(int topK) {
        Rows rows = randomRows(topK);
        float[] alone = run(topK, rows, holders(1, 0));
        for (int workers = 2; workers <= 7; workers++) {
            assertThat(run(topK, rows, holders(workers, 0))).isEqualTo(alone);
            assertThat(run(topK, rows, holders(workers, 5))).isEqualTo(alone);
        }
        assertThat(alone).isEqualTo(direct(topK, rows));
    }

    @Test
    void sendsARowOnceToAWorkerThatHoldsBothItsExperts() {
        FakeExpertWorker worker = new FakeExpertWorker();
        Rows rows = randomRows(2);
        ExchangeRound round = round(2, Map.of(new NodeId("e0"), worker), holders(1, 0));
        round.dispatch(LAYER, rows.hidden, ROWS, rows.routing, SOON);
        round.combine(new float[ROWS * HIDDEN], SOON);
        assertThat(worker.rowsReceived).isEqualTo(ROWS);
        assertThat(worker.open).isZero();
    }

    @Test
    void aFailureOfOneWorkerAbandonsTheOthersAndFreesTheirAnswers() {
        FakeExpertWorker good = new FakeExpertWorker();
        FakeExpertWorker bad = new FakeExpertWorker();
        bad.failing = true;
        Rows rows = randomRows(2);
        ExchangeRound round = round(2, Map.of(new NodeId("e0"), good, new NodeId("e1"), bad), holders(2, 0));
        round.dispatch(LAYER, rows.hidden, ROWS, rows.routing, SOON);
        assertThatThrownBy(() -> round.combine(new float[ROWS * HIDDEN], SOON))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("lost");
        assertThat(good.open + bad.open).isZero();
    }

    @Test
    void anErrorInADispatchAbandonsTheOthers() {
        FakeExpertWorker good = new FakeExpertWorker();
        ExpertExchange outOfMemory = new FakeExpertWorker() {
            @Override
            public PendingCombine dispatch(ExpertRows rows, Deadline deadline) {
                throw new OutOfMemoryError("no room for a frame");
            }
        };
        Rows rows = randomRows(2);
        ExchangeRound round = round(2, Map.of(new NodeId("e0"), good, new NodeId("e1"), outOfMemory), holders(2, 0));
        assertThatThrownBy(() -> round.dispatch(LAYER, rows.hidden, ROWS, rows.routing, SOON))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(good.open).isZero();
    }

    @Test
    void refusesAPlanThatLeavesAnExpertToNobody() {
        Plan plan = new Plan(
                1,
                "model",
                List.of(),
                List.of(new Plan.ExpertHolder(new NodeId("e0"), Map.of(LAYER, List.of(0, 1)), 0)),
                "test");
        assertThatThrownBy(() -> new ExpertDirectory(
                        plan,
                        new LayerRange(LAYER, LAYER + 1),
                        EXPERTS,
                        Map.of(new NodeId("e0"), new FakeExpertWorker())))
                .hasMessageContaining("expert 2 of layer 3");
    }

    private float[] run(int topK, Rows rows, List<Plan.ExpertHolder> holders) {
        Map<NodeId, ExpertExchange> workers = new HashMap<>();
        holders.forEach(holder -> workers.put(holder.worker(), new FakeExpertWorker()));
        ExchangeRound round = round(topK, workers, holders);
        float[] sums = new float[ROWS * HIDDEN];
        round.dispatch(LAYER, rows.hidden, ROWS, rows.routing, SOON);
        round.combine(sums, SOON);
        return sums;
    }

    private static ExchangeRound round(
            int topK, Map<NodeId, ? extends ExpertExchange> workers, List<Plan.ExpertHolder> holders) {
        Plan plan = new Plan(1, "model", List.of(), holders, "test");
        ExpertDirectory directory =
                new ExpertDirectory(plan, new LayerRange(LAYER, LAYER + 1), EXPERTS, Map.copyOf(workers));
        return new ExchangeRound(directory, 1, ROWS, HIDDEN, topK);
    }

    private List<Plan.ExpertHolder> holders(int workers, int replicas) {
        List<List<Integer>> held = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            held.add(new ArrayList<>());
        }
        for (int expert = 0; expert < EXPERTS; expert++) {
            held.get(expert % workers).add(expert);
        }
        for (int i = 0; i < replicas; i++) {
            List<Integer> someone = held.get(random.nextInt(workers));
            int expert = random.nextInt(EXPERTS);
            if (!someone.contains(expert)) {
                someone.add(expert);
            }
        }
        List<Plan.ExpertHolder> holders = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            holders.add(new Plan.ExpertHolder(new NodeId("e" + worker), Map.of(LAYER, held.get(worker)), 0));
        }
        return holders;
    }

    private static float[] direct(int topK, Rows rows) {
        float[] sums = new float[ROWS * HIDDEN];
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < HIDDEN; i++) {
                float sum = weighted(rows, row, 0, i);
                for (int slot = 1; slot < topK; slot++) {
                    sum += weighted(rows, row, slot, i);
                }
                sums[row * HIDDEN + i] = sum;
            }
        }
        return sums;
    }

    private static float weighted(Rows rows, int row, int slot, int i) {
        return rows.routing.weight(row, slot) * expert(rows.routing.expertId(row, slot), rows.hidden[row * HIDDEN + i]);
    }

    private static float expert(int id, float value) {
        return value * (0.1f + id) + 0.3f;
    }

    private Rows randomRows(int topK) {
        Rows rows = new Rows(new float[ROWS * HIDDEN], new Routing(ROWS, EXPERTS, topK));
        for (int i = 0; i < rows.hidden.length; i++) {
            rows.hidden[i] = random.nextFloat() - 0.5f;
        }
        for (int i = 0; i < ROWS * EXPERTS; i++) {
            rows.routing.logits()[i] = random.nextFloat();
        }
        rows.routing.choose(ROWS);
        return rows;
    }

    private static final class Rows {
        private final float[] hidden;
        private final Routing routing;

        Rows(float[] hidden, Routing routing) {
            this.hidden = hidden;
            this.routing = routing;
        }
    }

    /// Computes `expert(id, x)` as an expert worker would, at the time of the await.
    private static class FakeExpertWorker implements ExpertExchange {
        private int rowsReceived;
        private int open;
        private boolean failing;

        @Override
        public PendingCombine dispatch(ExpertRows rows, Deadline deadline) {
            rowsReceived += rows.rowCount();
            open++;
            return new PendingCombine() {
                @Override
                public CombinedRows await(Deadline deadline) {
                    if (failing) {
                        open--;
                        throw new ServingException(ErrorCode.WORKER_LOST, "lost");
                    }
                    return answer(rows);
                }

                @Override
                public void abandon() {
                    open--;
                }
            };
        }

        private CombinedRows answer(ExpertRows rows) {
            int perToken = CombinedRows.rowsPerToken(rows.topK());
            float[] answer = new float[rows.rowCount() * perToken * HIDDEN];
            Arrays.fill(answer, Float.NaN);
            for (int row = 0; row < rows.rowCount(); row++) {
                boolean first = true;
                for (int slot = 0; slot < rows.topK(); slot++) {
                    if (rows.expertId(row, slot) < 0) {
                        continue;
                    }
                    int target = (row * perToken + (perToken == 1 ? 0 : slot)) * HIDDEN;
                    for (int i = 0; i < HIDDEN; i++) {
                        float value = rows.hidden()
                                .getAtIndex(ValueLayout.JAVA_FLOAT, (long) rows.sourceRow(row) * HIDDEN + i);
                        float part = rows.weight(row, slot) * expert(rows.expertId(row, slot), value);
                        answer[target + i] = first || perToken > 1 ? part : answer[target + i] + part;
                    }
                    first = false;
                }
            }
            return new CombinedRows() {
                @Override
                public MemorySegment hidden() {
                    return MemorySegment.ofArray(answer);
                }

                @Override
                public int rowsPerToken() {
                    return perToken;
                }

                @Override
                public long computeNanos() {
                    return 1;
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }

        @Override
        public void close() {}
    }
}
