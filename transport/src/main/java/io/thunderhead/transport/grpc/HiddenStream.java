package io.thunderhead.transport.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.stage.HiddenHeader;
import io.thunderhead.transport.stage.StageService;
import io.thunderhead.transport.wire.FrameHeader;
import io.thunderhead.transport.wire.FrameKind;
import io.thunderhead.transport.wire.IncomingFrame;
import io.thunderhead.transport.wire.OutgoingFrame;
import io.thunderhead.transport.wire.RowBuffer;
import io.thunderhead.transport.wire.StreamMemory;
import java.io.InputStream;

/// A stage's end of the stream from the stage before.
final class HiddenStream extends ServerStream<InputStream, InputStream> {
    private final StageService service;
    private final StreamMemory memory;
    private long lastSequence;

    HiddenStream(
            ServerCall<InputStream, InputStream> call, Metadata headers, StageService service, StreamMemory memory) {
        super(call, headers);
        this.service = service;
        this.memory = memory;
    }

    @Override
    void take(InputStream message) {
        IncomingFrame frame = IncomingFrame.of(message);
        FrameHeader header = frame.header();
        if (header.kind() != FrameKind.HIDDEN || header.sequence() != lastSequence + 1) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "expected HIDDEN " + (lastSequence + 1) + " from " + caller() + ", got " + header.kind() + " "
                            + header.sequence());
        }
        lastSequence++;
        answer(outcome(frame));
    }

    private OutgoingFrame outcome(IncomingFrame frame) {
        FrameHeader header = frame.header();
        try (RowBuffer rows = frame.hidden(memory)) {
            service.hidden(
                    new HiddenHeader(header.planEpoch(), header.scope(), header.rowCount(), header.hiddenSize()),
                    rows.segment().asSlice(0, (long) header.rowCount() * header.hiddenSize() * Float.BYTES));
            return OutgoingFrame.ack(header.sequence());
        } catch (RuntimeException e) {
            return OutgoingFrame.failure(header.sequence(), ServingException.of(e));
        }
    }

    @Override
    void ended(ServingException reason) {
        memory.close();
    }
}
