package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.DispatchLimit;
import io.thunderhead.transport.stage.HiddenHeader;
import io.thunderhead.transport.wire.FrameHeader;
import io.thunderhead.transport.wire.FrameKind;
import io.thunderhead.transport.wire.IncomingFrame;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// One connection's worth of hidden rows; they are acknowledged in the order sent.
final class HiddenLine implements Reopening.Line, ClientStream.Receiver<InputStream> {
    private final ClientStream<InputStream, InputStream> stream;
    private final DispatchLimit limit;
    private final long messageBytesMax;
    private final Consumer<ServingException> failures;
    private final AtomicLong sent = new AtomicLong();
    private long acknowledged; // wire's thread

    /// @param limit of this line alone
    /// @param failures told what befell a block after it was sent
    HiddenLine(
            ClientStream<InputStream, InputStream> stream,
            DispatchLimit limit,
            long messageBytesMax,
            Consumer<ServingException> failures) {
        this.stream = stream;
        this.limit = limit;
        this.messageBytesMax = messageBytesMax;
        this.failures = failures;
    }

    @Override
    public ClientStream<InputStream, InputStream> stream() {
        return stream;
    }

    void send(HiddenHeader header, MemorySegment rows, Deadline deadline) {
        limit.acquire(deadline);
        try {
            stream.send(() -> frame(header, rows), deadline);
        } catch (RuntimeException e) {
            limit.release();
            throw e;
        }
    }

    private OutgoingFrame frame(HiddenHeader header, MemorySegment rows) {
        OutgoingFrame frame = OutgoingFrame.hidden(sent.get() + 1, header, rows).checkedAgainst(messageBytesMax);
        sent.incrementAndGet();
        return frame;
    }

    @Override
    public void message(InputStream message) {
        IncomingFrame frame = IncomingFrame.of(message);
        FrameHeader header = frame.header();
        if (header.sequence() != acknowledged + 1 || header.sequence() > sent.get()) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "acknowledgement: expected number " + (acknowledged + 1) + " of " + sent.get() + ", got "
                            + header.sequence());
        }
        acknowledged++;
        limit.release();
        if (header.kind() == FrameKind.FAILURE) {
            failures.accept(frame.failure());
        } else if (header.kind() != FrameKind.ACK) {
            throw new ServingException(ErrorCode.PROTOCOL_VIOLATION, "expected ACK or FAILURE, got " + header.kind());
        }
    }

    @Override
    public void ended(ServingException reason) {
        limit.release(); // who waits for room shall see that there is no line
        if (acknowledged < sent.get()) {
            failures.accept(reason);
        }
    }
}
