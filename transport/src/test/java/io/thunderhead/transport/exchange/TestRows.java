package io.thunderhead.transport.exchange;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/// Rows of a sender whose buffer holds twice as many, taken from its end to its start; values by seed.
public record TestRows(
        long planEpoch, int layerIndex, int rowCount, int hiddenSize, int topK, MemorySegment hidden, long seed)
        implements ExpertRows {
    public static TestRows of(int rowCount, int hiddenSize, int topK, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[2 * rowCount * hiddenSize];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return new TestRows(7, 3, rowCount, hiddenSize, topK, MemorySegment.ofArray(values), seed);
    }

    @Override
    public int sourceRow(int row) {
        return 2 * rowCount - 1 - row;
    }

    @Override
    public int expertId(int row, int slot) {
        return slot == 0 && row % 3 == 1 ? -1 : slot + row % 29;
    }

    @Override
    public float weight(int row, int slot) {
        return 0.5f / (1 + slot) + row;
    }

    /// What an expert worker of the tests makes of rows: the weighted row times one more than the expert's id, added
    /// over the slots, or slot by slot when there are more than two.
    public static void compute(ExpertRows rows, MemorySegment target) {
        int rowsPerToken = CombinedRows.rowsPerToken(rows.topK());
        for (int row = 0; row < rows.rowCount(); row++) {
            for (int out = 0; out < rowsPerToken; out++) {
                for (int i = 0; i < rows.hiddenSize(); i++) {
                    float value = rowsPerToken == 1 ? sum(rows, row, i) : term(rows, row, out, i);
                    target.setAtIndex(
                            ValueLayout.JAVA_FLOAT, ((long) row * rowsPerToken + out) * rows.hiddenSize() + i, value);
                }
            }
        }
    }

    private static float sum(ExpertRows rows, int row, int i) {
        float sum = 0;
        for (int slot = 0; slot < rows.topK(); slot++) {
            sum += term(rows, row, slot, i);
        }
        return sum;
    }

    private static float term(ExpertRows rows, int row, int slot, int i) {
        float value =
                rows.hidden().getAtIndex(ValueLayout.JAVA_FLOAT, (long) rows.sourceRow(row) * rows.hiddenSize() + i);
        return rows.weight(row, slot) * value * (rows.expertId(row, slot) + 1);
    }

    public float[] expected() {
        float[] answer = new float[rowCount * CombinedRows.rowsPerToken(topK) * hiddenSize];
        compute(this, MemorySegment.ofArray(answer));
        return answer;
    }
}
