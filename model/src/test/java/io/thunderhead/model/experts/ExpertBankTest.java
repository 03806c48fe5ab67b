package io.thunderhead.model.experts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.testing.ModelConfigs;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.testing.TestKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ExpertBankTest {
    private static final int LAYER = 1;

    private final ModelConfig config = ModelConfigs.odd(2);
    private final TensorSource source = new RandomTensors(1, DType.BF16);
    private final Kernels kernels = TestKernels.VECTOR_THREADS.open();

    @AfterEach
    void close() {
        kernels.close();
    }

    @Test
    void addsWeightedExpertsInIdOrder() {
        TestRows rows = TestRows.random(config, 40, 3);
        float[] together = run(bank(0, 1, 2, 3, 4), rows);
        for (int row = 0; row < rows.rowCount(); row++) {
            float[] expected = new float[config.hiddenSize()];
            float[] first = expertAlone(rows, row, 0);
            float[] second = expertAlone(rows, row, 1);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = rows.weight(row, 0) * first[i] + rows.weight(row, 1) * second[i];
            }
            assertThat(rowOf(together, row)).containsExactly(expected);
        }
    }

    @Test
    void givesTheSameBitsFromTwoHolders() {
        TestRows rows = TestRows.random(config, 40, 3);
        float[] whole = run(bank(0, 1, 2, 3, 4), rows);
        float[] low = run(bank(0, 1), rows.only(0, 1));
        float[] high = run(bank(2, 3, 4), rows.only(2, 3, 4));
        for (int i = 0; i < whole.length; i++) {
            assertThat(low[i] + high[i]).isEqualTo(whole[i]);
        }
    }

    @Test
    void keepsSlotsApartAboveTopTwo() {
        ModelConfig three = ModelConfigs.odd(3);
        TestRows rows = TestRows.random(three, 5, 4);
        try (ExpertBank bank =
                ExpertBank.load(three, source, Map.of(LAYER, List.of(0, 1, 2, 3, 4)), kernels, LoadListener.NONE)) {
            float[] found = run(bank, rows, 3);
            for (int row = 0; row < 5; row++) {
                for (int slot = 0; slot < 3; slot++) {
                    float[] alone = expertAlone(rows, row, slot);
                    for (int i = 0; i < alone.length; i++) {
                        alone[i] *= rows.weight(row, slot);
                    }
                    assertThat(rowOf(found, row * 3 + slot)).containsExactly(alone);
                }
            }
        }
    }

    @Test
    void refusesExpertsItDoesNotHoldAndWritesNothing() {
        TestRows rows = TestRows.random(config, 40, 3);
        try (ExpertBank bank = bank(0, 1, 2)) {
            MemorySegment out = Arena.ofAuto().allocate(40L * config.hiddenSize() * Float.BYTES);
            assertThatThrownBy(() -> bank.run(LAYER, rows, new ExpertWorkspace(config), out))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STALE_PLAN))
                    .hasMessageContaining("of layer 1 is not held here");
            assertThat(out.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(0);
        }
    }

    @Test
    void gainsAndLosesExperts() {
        TestRows rows = TestRows.random(config, 40, 3);
        float[] expected = run(bank(0, 1, 2, 3, 4), rows);
        try (ExpertBank bank = bank(0, 1)) {
            long bytes = bank.byteSize();
            bank.load(
                    source,
                    List.of(new ExpertId(LAYER, 1), new ExpertId(LAYER, 2), new ExpertId(3, 0)),
                    LoadListener.NONE);
            bank.load(source, List.of(new ExpertId(LAYER, 3), new ExpertId(LAYER, 4)), LoadListener.NONE);
            assertThat(bank.held()).hasSize(6).contains(new ExpertId(3, 0));
            assertThat(bank.byteSize()).isEqualTo(3 * bytes);
            assertThat(run(bank, rows, 1)).containsExactly(expected);

            bank.remove(List.of(new ExpertId(LAYER, 0), new ExpertId(LAYER, 0)));

            assertThat(bank.held()).doesNotContain(new ExpertId(LAYER, 0)).hasSize(5);
        }
    }

    @Test
    void takesNoRows() {
        assertThat(run(bank(0), TestRows.random(config, 0, 3))).isEmpty();
    }

    private ExpertBank bank(Integer... experts) {
        return ExpertBank.load(config, source, Map.of(LAYER, List.of(experts)), kernels, LoadListener.NONE);
    }

    private float[] run(ExpertBank bank, TestRows rows) {
        try (bank) {
            return run(bank, rows, 1);
        }
    }

    private float[] run(ExpertBank bank, TestRows rows, int rowsPerToken) {
        MemorySegment out = Arena.ofAuto()
                .allocate((long) rows.rowCount() * rowsPerToken * config.hiddenSize() * Float.BYTES, Float.BYTES);
        bank.run(LAYER, rows, new ExpertWorkspace(config), out);
        return out.toArray(ValueLayout.JAVA_FLOAT);
    }

    /// One slot of one row with weight 1.
    private float[] expertAlone(TestRows rows, int row, int slot) {
        int expert = rows.expertId(row, slot);
        return run(bank(expert), rows.single(row, expert));
    }

    private float[] rowOf(float[] rows, int row) {
        float[] one = new float[config.hiddenSize()];
        System.arraycopy(rows, row * one.length, one, 0, one.length);
        return one;
    }

    private static final class TestRows implements RoutedRows {
        private final MemorySegment hidden;
        private final int hiddenSize;
        private final int[] sources;
        private final int[][] ids;
        private final float[][] weights;

        TestRows(MemorySegment hidden, int hiddenSize, int[] sources, int[][] ids, float[][] weights) {
            this.hidden = hidden;
            this.hiddenSize = hiddenSize;
            this.sources = sources;
            this.ids = ids;
            this.weights = weights;
        }

        /// Rows taken in another order than they stand in memory.
        static TestRows random(ModelConfig config, int rows, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            float[] hidden = new float[rows * config.hiddenSize()];
            for (int i = 0; i < hidden.length; i++) {
                hidden[i] = (float) random.nextGaussian();
            }
            int[][] ids = new int[rows][];
            float[][] weights = new float[rows][];
            int[] sources = new int[rows];
            for (int row = 0; row < rows; row++) {
                sources[row] = rows - 1 - row;
                ids[row] = random.ints(0, config.expertCount())
                        .distinct()
                        .limit(config.topK())
                        .sorted()
                        .toArray();
                weights[row] = new float[config.topK()];
                for (int slot = 0; slot < config.topK(); slot++) {
                    weights[row][slot] = (float) random.nextDouble();
                }
            }
            MemorySegment segment = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, hidden);
            return new TestRows(segment, config.hiddenSize(), sources, ids, weights);
        }

        /// The same rows, with -1 for experts that live elsewhere.
        TestRows only(int... here) {
            int[][] kept = new int[ids.length][];
            for (int row = 0; row < ids.length; row++) {
                kept[row] = Arrays.stream(ids[row])
                        .map(id -> Arrays.stream(here).anyMatch(held -> held == id) ? id : -1)
                        .toArray();
            }
            return new TestRows(hidden, hiddenSize, sources, kept, weights);
        }

        TestRows single(int row, int expert) {
            return new TestRows(
                    hidden, hiddenSize, new int[] {sources[row]}, new int[][] {{-1, expert}}, new float[][] {{0, 1}});
        }

        @Override
        public MemorySegment hidden() {
            return hidden;
        }

        @Override
        public int hiddenSize() {
            return hiddenSize;
        }

        @Override
        public int rowCount() {
            return sources.length;
        }

        @Override
        public int topK() {
            return ids.length == 0 ? 2 : ids[0].length;
        }

        @Override
        public int sourceRow(int row) {
            return sources[row];
        }

        @Override
        public int expertId(int row, int slot) {
            return ids[row][slot];
        }

        @Override
        public float weight(int row, int slot) {
            return weights[row][slot];
        }
    }
}
