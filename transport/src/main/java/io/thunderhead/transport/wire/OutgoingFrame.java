package io.thunderhead.transport.wire;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.stage.HiddenHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A frame on its way out. gRPC asks for its bytes while the message is being sent, before `sendMessage` returns; they
/// are then written straight from the rows, which are free again afterwards.
public final class OutgoingFrame extends InputStream implements Drainable, KnownLength {
    private final FrameHeader header;
    private final ByteBuffer metadata;
    private final Body body;
    private boolean sent;

    private OutgoingFrame(FrameHeader header, ByteBuffer metadata, Body body) {
        this.header = header;
        this.metadata = metadata;
        this.body = body;
    }

    public static OutgoingFrame dispatch(long sequence, ExpertRows rows, Deadline deadline) {
        BatchLayout layout = BatchLayout.dispatch(rows.rowCount(), rows.hiddenSize(), rows.topK());
        ByteBuffer metadata = layout.metadata();
        FrameHeader header = new FrameHeader(
                FrameKind.DISPATCH,
                sequence,
                rows.planEpoch(),
                rows.layerIndex(),
                deadline.remainingNanos(),
                rows.rowCount(),
                rows.hiddenSize(),
                rows.topK(),
                metadata.remaining(),
                layout.bodyBytes());
        return new OutgoingFrame(header, metadata, (out, start) -> DispatchColumns.write(rows, layout, out, start));
    }

    /// @param hidden `[rowCount, hiddenSize]`, with `rowsPerToken` rows a dispatched row
    public static OutgoingFrame combine(
            long sequence, MemorySegment hidden, int rowCount, int hiddenSize, int rowsPerToken, long computeNanos) {
        BatchLayout layout = BatchLayout.hidden(rowCount, hiddenSize);
        ByteBuffer metadata = layout.metadata();
        FrameHeader header = new FrameHeader(
                FrameKind.COMBINE,
                sequence,
                0,
                0,
                computeNanos,
                rowCount,
                hiddenSize,
                rowsPerToken,
                metadata.remaining(),
                layout.bodyBytes());
        return new OutgoingFrame(header, metadata, (out, start) -> out.write(hidden, 0, layout.bytes(0)));
    }

    public static OutgoingFrame hidden(long sequence, HiddenHeader rows, MemorySegment hidden) {
        BatchLayout layout = BatchLayout.hidden(rows.rowCount(), rows.hiddenSize());
        ByteBuffer metadata = layout.metadata();
        FrameHeader header = new FrameHeader(
                FrameKind.HIDDEN,
                sequence,
                rows.planEpoch(),
                rows.stepId(),
                0,
                rows.rowCount(),
                rows.hiddenSize(),
                1,
                metadata.remaining(),
                layout.bodyBytes());
        return new OutgoingFrame(header, metadata, (out, start) -> out.write(hidden, 0, layout.bytes(0)));
    }

    public static OutgoingFrame ack(long sequence) {
        return new OutgoingFrame(
                FrameHeader.plain(FrameKind.ACK, sequence, 0, 0), ByteBuffer.allocate(0), (out, start) -> {});
    }

    public static OutgoingFrame failure(long sequence, ServingException error) {
        byte[] code = error.code().name().getBytes(StandardCharsets.UTF_8);
        byte[] message = String.valueOf(error.getMessage()).getBytes(StandardCharsets.UTF_8);
        return new OutgoingFrame(
                FrameHeader.plain(FrameKind.FAILURE, sequence, code.length, message.length),
                ByteBuffer.wrap(code),
                (out, start) -> out.write(ByteBuffer.wrap(message)));
    }

    /// Throws REQUEST_TOO_LARGE if a peer with this limit would refuse the frame, and with it the line.
    public OutgoingFrame checkedAgainst(long messageBytesMax) {
        if (header.frameBytes() > messageBytesMax) {
            throw new ServingException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    header.rowCount() + " rows of " + header.hiddenSize() + ": expected at most " + messageBytesMax
                            + " bytes, got " + header.frameBytes());
        }
        return this;
    }

    /// Whether gRPC has taken the bytes, or has dropped the message because its stream is over.
    public boolean sent() {
        return sent;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
        FrameOutput out = new FrameOutput(target);
        byte[] fixed = new byte[FrameHeader.BYTES];
        header.write(fixed);
        out.write(ByteBuffer.wrap(fixed));
        out.write(metadata);
        body.write(out, out.position());
        out.padTo(header.frameBytes());
        out.flush();
        return available();
    }

    @Override
    public int available() {
        return Math.toIntExact(header.frameBytes());
    }

    @Override
    public int read() {
        throw new UnsupportedOperationException("a frame is drained, not read: gRPC compresses nothing between nodes");
    }

    @Override
    public int read(byte[] target, int offset, int count) {
        return read();
    }

    @Override
    public void close() {
        sent = true;
    }

    /// Writes the columns; `start` is where the body begins in the frame.
    @FunctionalInterface
    private interface Body {
        void write(FrameOutput out, long start) throws IOException;
    }
}
