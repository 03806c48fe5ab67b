package io.thunderhead.transport.wire;

import com.google.flatbuffers.FlatBufferBuilder;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;

/// Where the columns of a record batch stand in its body. Every column is a FixedSizeList of four-byte numbers without
/// nulls, so all follows from the row count and the lists' widths; what a peer says must be exactly that.
///
/// The metadata is built on the format's generated classes: Arrow's own `MessageSerializer` starts from buffers in
/// Arrow memory, and rows that are sent never are there.
public final class BatchLayout {
    private static final int ALIGNMENT = 64;
    private static final int BUFFERS_PER_COLUMN = 3; // validity of the list, validity of its items (both empty), items

    private final int rowCount;
    private final int[] widths;
    private final long[] offsets;
    private final long bodyBytes;

    private BatchLayout(int rowCount, int... widths) {
        this.rowCount = rowCount;
        this.widths = widths;
        this.offsets = new long[widths.length];
        long end = 0;
        for (int column = 0; column < widths.length; column++) {
            offsets[column] = end;
            end += paddedBytes(column);
        }
        this.bodyBytes = end;
    }

    /// Columns of a DISPATCH.
    public static BatchLayout dispatch(int rowCount, int hiddenSize, int topK) {
        return new BatchLayout(rowCount, hiddenSize, topK, topK);
    }

    /// The one column of COMBINE and HIDDEN.
    public static BatchLayout hidden(int rowCount, int hiddenSize) {
        return new BatchLayout(rowCount, hiddenSize);
    }

    long offset(int column) {
        return offsets[column];
    }

    long bytes(int column) {
        return (long) rowCount * widths[column] * Float.BYTES;
    }

    long paddedBytes(int column) {
        return (bytes(column) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    long bodyBytes() {
        return bodyBytes;
    }

    /// The batch's Arrow IPC message.
    ByteBuffer metadata() {
        FlatBufferBuilder builder = new FlatBufferBuilder(256);
        RecordBatch.startBuffersVector(builder, widths.length * BUFFERS_PER_COLUMN);
        for (int column = widths.length - 1; column >= 0; column--) { // vectors are built from their end
            Buffer.createBuffer(builder, offsets[column], bytes(column));
            Buffer.createBuffer(builder, offsets[column], 0);
            Buffer.createBuffer(builder, offsets[column], 0);
        }
        int buffers = builder.endVector();
        RecordBatch.startNodesVector(builder, widths.length * 2);
        for (int column = widths.length - 1; column >= 0; column--) {
            FieldNode.createFieldNode(builder, (long) rowCount * widths[column], 0);
            FieldNode.createFieldNode(builder, rowCount, 0);
        }
        int nodes = builder.endVector();
        int batch = RecordBatch.createRecordBatch(builder, rowCount, nodes, buffers, 0, 0);
        builder.finish(
                Message.createMessage(builder, MetadataVersion.V5, MessageHeader.RecordBatch, batch, bodyBytes, 0));
        return builder.dataBuffer();
    }

    /// Throws PROTOCOL_VIOLATION unless the message describes exactly this layout.
    void check(ByteBuffer metadata) {
        try {
            Message message = Message.getRootAsMessage(metadata);
            expect("message type", MessageHeader.RecordBatch, message.headerType());
            expect("body", bodyBytes, message.bodyLength());
            if (!(message.header(new RecordBatch()) instanceof RecordBatch batch)) {
                throw violation("record batch without columns");
            }
            checkColumns(batch);
        } catch (IndexOutOfBoundsException e) { // an offset in the peer's table points outside of it
            throw violation("record batch that cannot be read: " + e.getMessage());
        }
    }

    private void checkColumns(RecordBatch batch) {
        expect("rows", rowCount, batch.length());
        expect("buffers", (long) widths.length * BUFFERS_PER_COLUMN, batch.buffersLength());
        if (batch.compression() != null) {
            throw violation("compressed record batch");
        }
        Buffer buffer = new Buffer();
        for (int column = 0; column < widths.length; column++) {
            batch.buffers(buffer, column * BUFFERS_PER_COLUMN + 2);
            expect("offset of column " + column, offsets[column], buffer.offset());
            expect("bytes of column " + column, bytes(column), buffer.length());
        }
    }

    private static void expect(String what, long expected, long actual) {
        if (expected != actual) {
            throw violation(what + ": expected " + expected + ", got " + actual);
        }
    }

    private static ServingException violation(String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, message);
    }
}
