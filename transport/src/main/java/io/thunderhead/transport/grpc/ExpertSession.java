package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.wire.FrameHeader;
import io.thunderhead.transport.wire.FrameKind;
import io.thunderhead.transport.wire.IncomingFrame;
import io.thunderhead.transport.wire.OutgoingFrame;
import io.thunderhead.transport.wire.ReceivedExpertRows;
import io.thunderhead.transport.wire.StreamMemory;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// An expert worker's end of one line, whatever carries it: hands dispatches to the service in the order they come.
final class ExpertSession {
    private final String caller;
    private final ExpertService service;
    private final StreamMemory memory;
    private final WorkInFlight work;
    private final long messageBytesMax;
    private final Answers answers;
    private long lastSequence;

    ExpertSession(
            String caller,
            ExpertService service,
            StreamMemory memory,
            WorkInFlight work,
            long messageBytesMax,
            Answers answers) {
        this.caller = caller;
        this.service = service;
        this.memory = memory;
        this.work = work;
        this.messageBytesMax = messageBytesMax;
        this.answers = answers;
    }

    /// Throws PROTOCOL_VIOLATION to end the line.
    void take(InputStream message) {
        IncomingFrame frame = IncomingFrame.of(message);
        check(frame.header());
        long sequence = ++lastSequence;
        Deadline deadline = new Deadline(System.nanoTime() + frame.header().nanos());
        try {
            work.begin();
        } catch (ServingException e) {
            fail(sequence, e);
            return;
        }
        ReceivedExpertRows rows;
        try {
            rows = frame.expertRows(memory);
        } catch (ServingException e) {
            work.end();
            refuse(sequence, e);
            return;
        } catch (UncheckedIOException e) { // the line broke in mid-frame
            work.end();
            throw e;
        }
        dispatch(rows, deadline, new ExpertReply(this, sequence, rows));
    }

    private void dispatch(ReceivedExpertRows rows, Deadline deadline, ExpertReply reply) {
        try {
            service.dispatch(rows, deadline, reply);
        } catch (RuntimeException e) {
            reply.fail(ServingException.of(e));
        }
    }

    private void check(FrameHeader header) {
        if (header.kind() != FrameKind.DISPATCH) {
            throw violation("expected DISPATCH, got " + header.kind());
        }
        if (header.sequence() != lastSequence + 1) {
            throw violation("expected dispatch " + (lastSequence + 1) + ", got " + header.sequence());
        }
        if (header.rowCount() == 0 || header.hiddenSize() == 0 || header.width() == 0) {
            throw violation("dispatch " + header.sequence() + ": expected at least one row of one number and one"
                    + " expert, got [" + header.rowCount() + ", " + header.hiddenSize() + "] and " + header.width());
        }
    }

    private ServingException violation(String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, message + " from " + caller);
    }

    /// A frame that cannot be understood ends the stream; one for which there is no memory is answered.
    private void refuse(long sequence, ServingException error) {
        if (error.code() == ErrorCode.PROTOCOL_VIOLATION) {
            throw violation("dispatch " + sequence + ": " + error.getMessage());
        }
        fail(sequence, error);
    }

    StreamMemory memory() {
        return memory;
    }

    long messageBytesMax() {
        return messageBytesMax;
    }

    private void fail(long sequence, ServingException error) {
        answer(OutgoingFrame.failure(sequence, error), () -> {});
    }

    /// @param sent as [Answers#send] has it
    void answer(OutgoingFrame frame, Runnable sent) {
        answers.send(frame, sent);
    }

    void answered() {
        work.end();
    }

    /// Nothing more comes in.
    void ended() {
        memory.close();
    }

    /// The way back to the caller. Thread-safe; drops what is sent after the line has ended.
    interface Answers {
        /// @param sent run once, when the frame's rows are free again, whether it was written or dropped
        void send(OutgoingFrame frame, Runnable sent);
    }
}
