package io.thunderhead.transport.wire;

import io.thunderhead.transport.exchange.ExpertRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A dispatch as it came: columns in Arrow memory, freed by [#close].
public final class ReceivedExpertRows implements ExpertRows, AutoCloseable {
    private final FrameHeader header;
    private final RowBuffer body;
    private final MemorySegment hidden;
    private final MemorySegment expertIds;
    private final MemorySegment weights;

    ReceivedExpertRows(FrameHeader header, BatchLayout layout, RowBuffer body) {
        this.header = header;
        this.body = body;
        this.hidden = column(layout, DispatchColumns.HIDDEN);
        this.expertIds = column(layout, DispatchColumns.EXPERT_IDS);
        this.weights = column(layout, DispatchColumns.WEIGHTS);
    }

    private MemorySegment column(BatchLayout layout, int column) {
        return body.segment()
                .asSlice(layout.offset(column), layout.bytes(column))
                .asReadOnly();
    }

    @Override
    public long planEpoch() {
        return header.planEpoch();
    }

    @Override
    public int layerIndex() {
        return (int) header.scope();
    }

    @Override
    public int rowCount() {
        return header.rowCount();
    }

    @Override
    public int hiddenSize() {
        return header.hiddenSize();
    }

    @Override
    public int topK() {
        return header.width();
    }

    @Override
    public MemorySegment hidden() {
        return hidden;
    }

    @Override
    public int sourceRow(int row) {
        return row;
    }

    @Override
    public int expertId(int row, int slot) {
        return expertIds.getAtIndex(ValueLayout.JAVA_INT, (long) row * topK() + slot);
    }

    @Override
    public float weight(int row, int slot) {
        return weights.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * topK() + slot);
    }

    @Override
    public void close() {
        body.close();
    }
}
