package io.thunderhead.transport.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.TestRows;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

class BatchLayoutTest {
    private static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
    private static final ArrowType INT = new ArrowType.Int(32, true);

    @Test
    void arrowsOwnReaderFindsTheColumnsOfADispatch() throws IOException {
        TestRows rows = TestRows.of(5, 7, 2, 11);
        ByteBuffer frame = frame(OutgoingFrame.dispatch(1, rows, Deadline.after(Duration.ofSeconds(1))));
        int metadataBytes = frame.getInt(52);
        ByteBuffer metadata = frame.slice(FrameHeader.BYTES, metadataBytes);
        ByteBuffer body = frame.slice(FrameHeader.BYTES + metadataBytes, (int) frame.getLong(56));
        try (RootAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(schema(7, 2), allocator);
                ArrowRecordBatch batch = batch(metadata, body, allocator)) {
            new VectorLoader(root).load(batch);
            assertThat(root.getRowCount()).isEqualTo(5);
            assertRows(rows, root);
        }
    }

    private static void assertRows(TestRows rows, VectorSchemaRoot root) {
        Float4Vector hidden = (Float4Vector) ((FixedSizeListVector) root.getVector("hidden")).getDataVector();
        IntVector experts = (IntVector) ((FixedSizeListVector) root.getVector("expert_ids")).getDataVector();
        Float4Vector weights = (Float4Vector) ((FixedSizeListVector) root.getVector("weights")).getDataVector();
        for (int row = 0; row < 5; row++) {
            for (int slot = 0; slot < 2; slot++) {
                assertThat(experts.get(2 * row + slot)).isEqualTo(rows.expertId(row, slot));
                assertThat(weights.get(2 * row + slot)).isEqualTo(rows.weight(row, slot));
            }
            for (int i = 0; i < 7; i++) {
                assertThat(hidden.get(7 * row + i))
                        .isEqualTo(rows.hidden()
                                .getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, 7L * rows.sourceRow(row) + i));
            }
        }
    }

    private static ArrowRecordBatch batch(ByteBuffer metadata, ByteBuffer body, RootAllocator allocator)
            throws IOException {
        RecordBatch table = (RecordBatch) Message.getRootAsMessage(metadata).header(new RecordBatch());
        ArrowBuf buffer = allocator.buffer(body.remaining());
        buffer.setBytes(0, body);
        return MessageSerializer.deserializeRecordBatch(table, buffer);
    }

    private static ByteBuffer frame(OutgoingFrame frame) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        frame.drainTo(bytes);
        assertThat(bytes.size()).isEqualTo(frame.available());
        return ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Schema schema(int hiddenSize, int topK) {
        return new Schema(List.of(
                list("hidden", hiddenSize, FLOAT), list("expert_ids", topK, INT), list("weights", topK, FLOAT)));
    }

    private static Field list(String name, int width, ArrowType item) {
        return new Field(
                name,
                FieldType.notNullable(new ArrowType.FixedSizeList(width)),
                List.of(new Field("item", FieldType.notNullable(item), null)));
    }
}
