package io.thunderhead.transport.wire;

import io.grpc.HasByteBuffer;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.exchange.CombinedRows;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A frame being read, on the wire's thread and while gRPC delivers it: the header at once, the rest when asked for,
/// once. What is not asked for is never copied.
public final class IncomingFrame {
    private static final int PIECE_BYTES = 1 << 15;

    private final InputStream source;
    private final FrameHeader header;

    private IncomingFrame(InputStream source, FrameHeader header) {
        this.source = source;
        this.header = header;
    }

    /// Throws PROTOCOL_VIOLATION if it is no frame.
    public static IncomingFrame of(InputStream message) {
        try {
            long bytes = message.available(); // gRPC's streams know their length
            byte[] fixed = new byte[FrameHeader.BYTES];
            if (message.readNBytes(fixed, 0, fixed.length) < fixed.length) {
                throw violation("frame: expected at least " + FrameHeader.BYTES + " bytes, got " + bytes);
            }
            return new IncomingFrame(message, FrameHeader.read(fixed, bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public FrameHeader header() {
        return header;
    }

    public ReceivedExpertRows expertRows(StreamMemory memory) {
        header.checkRowsFit();
        BatchLayout layout = BatchLayout.dispatch(header.rowCount(), header.hiddenSize(), header.width());
        return new ReceivedExpertRows(header, layout, columns(layout, memory));
    }

    public CombinedRows combinedRows(StreamMemory memory) {
        header.checkRowsFit();
        BatchLayout layout = BatchLayout.hidden(header.rowCount(), header.hiddenSize());
        return new ReceivedCombinedRows(header, layout, columns(layout, memory));
    }

    /// The column of a HIDDEN frame, `[rowCount, hiddenSize]` float32 at the buffer's start.
    public RowBuffer hidden(StreamMemory memory) {
        header.checkRowsFit();
        return columns(BatchLayout.hidden(header.rowCount(), header.hiddenSize()), memory);
    }

    /// What a FAILURE frame says.
    public ServingException failure() {
        return ServingException.named(text(header.metadataBytes()), text(header.bodyBytes()));
    }

    private String text(long bytes) {
        try {
            return new String(source.readNBytes(Math.toIntExact(bytes)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RowBuffer columns(BatchLayout layout, StreamMemory memory) {
        if (layout.bodyBytes() != header.bodyBytes()) {
            throw violation("columns of [" + header.rowCount() + ", " + header.hiddenSize() + "] rows: expected "
                    + layout.bodyBytes() + " bytes, got " + header.bodyBytes());
        }
        try {
            layout.check(ByteBuffer.wrap(source.readNBytes(header.metadataBytes())));
            RowBuffer body = memory.allocate(layout.bodyBytes());
            try {
                copy(body.segment());
            } catch (IOException | RuntimeException e) {
                body.close();
                throw e;
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(MemorySegment target) throws IOException {
        if (source instanceof SegmentSource segments) {
            segments.readFully(target, 0, target.byteSize());
        } else if (source instanceof HasByteBuffer buffers && buffers.byteBufferSupported()) {
            copyFromBuffers(buffers, target);
        } else {
            copyFromArray(target);
        }
    }

    private void copyFromBuffers(HasByteBuffer buffers, MemorySegment target) throws IOException {
        for (long done = 0; done < target.byteSize(); ) {
            @Nullable ByteBuffer next = buffers.getByteBuffer();
            if (next == null) {
                throw new EOFException("frame ends " + (target.byteSize() - done) + " bytes early");
            }
            long piece = Math.min(next.remaining(), target.byteSize() - done);
            MemorySegment.copy(MemorySegment.ofBuffer(next), 0, target, done, piece);
            source.skipNBytes(piece);
            done += piece;
        }
    }

    /// gRPC does not always show its buffers: [HasByteBuffer] says no for some of netty's.
    private void copyFromArray(MemorySegment target) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        for (long done = 0; done < target.byteSize(); ) {
            int bytes = source.readNBytes(piece, 0, (int) Math.min(PIECE_BYTES, target.byteSize() - done));
            if (bytes == 0) {
                throw new EOFException("frame ends " + (target.byteSize() - done) + " bytes early");
            }
            MemorySegment.copy(piece, 0, target, ValueLayout.JAVA_BYTE, done, bytes);
            done += bytes;
        }
    }

    private static ServingException violation(String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, message);
    }
}
