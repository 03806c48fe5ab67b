package io.thunderhead.attention;

import io.thunderhead.transport.exchange.ExpertRows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The rows of one round that one expert worker gets. Reused round after round; owner: the stage's engine thread.
final class HolderRows implements ExpertRows {
    private static final int ELSEWHERE = -1;

    private final long planEpoch;
    private final int hiddenSize;
    private final int topK;
    private final int[] sourceRows;
    private final int[] expertIds;
    private final float[] weights;
    private MemorySegment hidden = MemorySegment.NULL;
    private int layerIndex;
    private int rowCount;

    HolderRows(long planEpoch, int rowsMax, int hiddenSize, int topK) {
        this.planEpoch = planEpoch;
        this.hiddenSize = hiddenSize;
        this.topK = topK;
        this.sourceRows = new int[rowsMax];
        this.expertIds = new int[rowsMax * topK];
        this.weights = new float[rowsMax * topK];
    }

    void begin(int layerIndex, MemorySegment hidden) {
        this.layerIndex = layerIndex;
        this.hidden = hidden;
        this.rowCount = 0;
    }

    /// Gives one slot of a source row to this holder; slots of a row come one after the other, in ascending order.
    /// Returns the row's place in the dispatch.
    int add(int sourceRow, int slot, int expertId, float weight) {
        if (rowCount == 0 || sourceRows[rowCount - 1] != sourceRow) {
            Arrays.fill(expertIds, rowCount * topK, (rowCount + 1) * topK, ELSEWHERE);
            sourceRows[rowCount++] = sourceRow;
        }
        int place = rowCount - 1;
        expertIds[place * topK + slot] = expertId;
        weights[place * topK + slot] = weight;
        return place;
    }

    @Override
    public long planEpoch() {
        return planEpoch;
    }

    @Override
    public int layerIndex() {
        return layerIndex;
    }

    @Override
    public int rowCount() {
        return rowCount;
    }

    @Override
    public int hiddenSize() {
        return hiddenSize;
    }

    @Override
    public int topK() {
        return topK;
    }

    @Override
    public MemorySegment hidden() {
        return hidden;
    }

    @Override
    public int sourceRow(int row) {
        return sourceRows[row];
    }

    @Override
    public int expertId(int row, int slot) {
        return expertIds[row * topK + slot];
    }

    @Override
    public float weight(int row, int slot) {
        return weights[row * topK + slot];
    }
}
