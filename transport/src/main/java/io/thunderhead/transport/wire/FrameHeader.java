package io.thunderhead.transport.wire;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The fixed part of a frame, 64 bytes, little-endian.
///
/// @param sequence of a DISPATCH or HIDDEN frame: 1, 2, 3, ... on its stream; of an answer: that of what it answers
/// @param scope layer index of a DISPATCH, step id of a HIDDEN frame
/// @param nanos time left for the answer (DISPATCH) or time spent computing it (COMBINE)
/// @param rowCount rows of the record batch
/// @param width top-k (DISPATCH) or rows per dispatched row (COMBINE)
/// @param metadataBytes length of the Arrow IPC message that follows the header; a multiple of 8
/// @param bodyBytes length of the columns that follow the metadata
public record FrameHeader(
        FrameKind kind,
        long sequence,
        long planEpoch,
        long scope,
        long nanos,
        int rowCount,
        int hiddenSize,
        int width,
        int metadataBytes,
        long bodyBytes) {
    public static final int BYTES = 64;

    /// "THX" and the version of the format.
    static final int MAGIC = 0x01_58_48_54;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Of a frame without rows.
    static FrameHeader plain(FrameKind kind, long sequence, int metadataBytes, long bodyBytes) {
        return new FrameHeader(kind, sequence, 0, 0, 0, 0, 0, 0, metadataBytes, bodyBytes);
    }

    /// Throws PROTOCOL_VIOLATION if the body cannot hold the rows; so nothing computed from the sizes overflows.
    void checkRowsFit() {
        if ((long) rowCount * Math.max(hiddenSize, width) > bodyBytes / Float.BYTES) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "frame: expected a body for " + rowCount + " rows of hidden " + hiddenSize + ", width " + width
                            + ", got " + bodyBytes + " bytes");
        }
    }

    /// Length of the whole frame.
    public long frameBytes() {
        return BYTES + metadataBytes + bodyBytes;
    }

    void write(byte[] target) {
        MemorySegment bytes = MemorySegment.ofArray(target);
        bytes.set(INT, 0, MAGIC);
        bytes.set(INT, 4, kind.number());
        bytes.set(LONG, 8, sequence);
        bytes.set(LONG, 16, planEpoch);
        bytes.set(LONG, 24, scope);
        bytes.set(LONG, 32, nanos);
        bytes.set(INT, 40, rowCount);
        bytes.set(INT, 44, hiddenSize);
        bytes.set(INT, 48, width);
        bytes.set(INT, 52, metadataBytes);
        bytes.set(LONG, 56, bodyBytes);
    }

    /// Throws PROTOCOL_VIOLATION unless the header is one of this format and its lengths add up to `frameBytes`.
    static FrameHeader read(byte[] source, long frameBytes) {
        MemorySegment bytes = MemorySegment.ofArray(source);
        int magic = bytes.get(INT, 0);
        if (magic != MAGIC) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION, String.format("frame: expected format %08x, got %08x", MAGIC, magic));
        }
        FrameHeader header = new FrameHeader(
                FrameKind.of(bytes.get(INT, 4)),
                bytes.get(LONG, 8),
                bytes.get(LONG, 16),
                bytes.get(LONG, 24),
                bytes.get(LONG, 32),
                bytes.get(INT, 40),
                bytes.get(INT, 44),
                bytes.get(INT, 48),
                bytes.get(INT, 52),
                bytes.get(LONG, 56));
        header.check(frameBytes);
        return header;
    }

    /// Length of the frame that starts with this header, for wires that do not know it otherwise. Throws
    /// PROTOCOL_VIOLATION if it is above the limit.
    public static long frameBytes(byte[] header, long bytesMax) {
        MemorySegment bytes = MemorySegment.ofArray(header);
        long metadata = bytes.get(INT, 52);
        long body = bytes.get(LONG, 56);
        if (bytes.get(INT, 0) != MAGIC || metadata < 0 || body < 0 || body > bytesMax - BYTES - metadata) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    String.format(
                            "frame: expected format %08x and at most %d bytes, got %08x and %d + %d + %d",
                            MAGIC, bytesMax, bytes.get(INT, 0), BYTES, metadata, body));
        }
        return BYTES + metadata + body;
    }

    private void check(long frameBytes) {
        if (rowCount < 0 || hiddenSize < 0 || width < 0) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "frame: expected sizes of at least 0, got " + rowCount + " rows, hidden " + hiddenSize + ", width "
                            + width);
        }
        if (metadataBytes < 0 || bodyBytes < 0 || bodyBytes > frameBytes || frameBytes() != frameBytes) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "frame: expected " + frameBytes + " bytes, got a header that says " + BYTES + " + " + metadataBytes
                            + " + " + bodyBytes);
        }
    }
}
