package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.DispatchLimit;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.PendingAnswer;
import io.thunderhead.transport.wire.FrameHeader;
import io.thunderhead.transport.wire.IncomingFrame;
import io.thunderhead.transport.wire.OutgoingFrame;
import io.thunderhead.transport.wire.StreamMemory;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One connection's worth of dispatches, whatever carries it: matches answers to what was sent. The places in the limit
/// that its unanswered dispatches hold are given back when they are answered or when the connection ends.
final class ExpertLine implements ClientStream.Receiver<InputStream> {
    private final Sender stream;
    private final StreamMemory memory;
    private final DispatchLimit limit;
    private final long messageBytesMax;
    private final Map<Long, Unanswered> unanswered = new ConcurrentHashMap<>();
    private long sequence; // guarded by the stream, which makes messages one at a time

    ExpertLine(Sender stream, StreamMemory memory, DispatchLimit limit, long messageBytesMax) {
        this.stream = stream;
        this.memory = memory;
        this.limit = limit;
        this.messageBytesMax = messageBytesMax;
    }

    /// The caller has acquired a place; it is this line's once this returns.
    void dispatch(ExpertRows rows, Deadline deadline, PendingAnswer answer) {
        Dispatch dispatch = new Dispatch(rows, deadline, answer);
        try {
            stream.send(dispatch::frame, deadline);
        } catch (ServingException e) {
            if (dispatch.withdrawn()) {
                throw e;
            }
            return; // the end of the stream has failed it already
        }
        dispatch.checkTaken();
    }

    @Override
    public void message(InputStream message) {
        IncomingFrame frame = IncomingFrame.of(message);
        FrameHeader header = frame.header();
        @Nullable Unanswered dispatch = unanswered.remove(header.sequence());
        if (dispatch == null) {
            throw violation("answer: expected one of " + unanswered.keySet() + ", got number " + header.sequence());
        }
        try {
            answer(dispatch, frame);
        } finally {
            limit.release();
        }
    }

    private void answer(Unanswered dispatch, IncomingFrame frame) {
        switch (frame.header().kind()) {
            case FAILURE -> dispatch.answer().fail(frame.failure());
            case COMBINE -> combine(dispatch, frame);
            case DISPATCH, HIDDEN, ACK -> {
                ServingException error = violation("answer: expected COMBINE or FAILURE, got "
                        + frame.header().kind());
                dispatch.answer().fail(error);
                throw error;
            }
        }
    }

    private void combine(Unanswered dispatch, IncomingFrame frame) {
        if (dispatch.answer().over()) {
            return;
        }
        try {
            dispatch.check(frame.header());
            dispatch.answer().complete(frame.combinedRows(memory));
        } catch (ServingException e) {
            dispatch.answer().fail(e);
            if (e.code() == ErrorCode.PROTOCOL_VIOLATION) {
                throw e;
            }
        }
    }

    @Override
    public void ended(ServingException reason) {
        for (Long number : List.copyOf(unanswered.keySet())) {
            @Nullable Unanswered dispatch = unanswered.remove(number);
            if (dispatch != null) {
                limit.release();
                dispatch.answer().fail(reason);
            }
        }
        memory.close();
    }

    private static ServingException violation(String message) {
        return new ServingException(ErrorCode.PROTOCOL_VIOLATION, message);
    }

    /// What carries the line's dispatches.
    interface Sender {
        /// Sends what `frame` gives once there is room. Frames are made and sent one at a time, and their bytes are
        /// taken when this returns. Throws DEADLINE_EXCEEDED, or what has ended the line.
        void send(Supplier<OutgoingFrame> frame, Deadline deadline);

        /// Why the line has ended; null while it has not.
        @Nullable
        ServingException end();
    }

    /// What an answer must look like.
    private record Unanswered(PendingAnswer answer, int layerIndex, int rowCount, int hiddenSize, int rowsPerToken) {
        void check(FrameHeader header) {
            int rows = rowCount * rowsPerToken;
            if (header.rowCount() != rows || header.hiddenSize() != hiddenSize || header.width() != rowsPerToken) {
                throw violation("combine of layer " + layerIndex + ": expected [" + rows + ", " + hiddenSize + "] with "
                        + rowsPerToken + " rows per token, got [" + header.rowCount() + ", " + header.hiddenSize()
                        + "] with " + header.width());
            }
        }
    }

    /// A dispatch while it is being sent.
    private final class Dispatch {
        private final ExpertRows rows;
        private final Deadline deadline;
        private final Unanswered expected;
        private @Nullable OutgoingFrame frame;
        private long number;

        Dispatch(ExpertRows rows, Deadline deadline, PendingAnswer answer) {
            this.rows = rows;
            this.deadline = deadline;
            this.expected = new Unanswered(
                    answer,
                    rows.layerIndex(),
                    rows.rowCount(),
                    rows.hiddenSize(),
                    CombinedRows.rowsPerToken(rows.topK()));
        }

        OutgoingFrame frame() {
            OutgoingFrame made =
                    OutgoingFrame.dispatch(sequence + 1, rows, deadline).checkedAgainst(messageBytesMax);
            number = ++sequence;
            unanswered.put(number, expected);
            frame = made;
            return made;
        }

        /// Whether nobody has failed it yet; nobody will.
        boolean withdrawn() {
            return number == 0 || unanswered.remove(number) != null;
        }

        void checkTaken() {
            if (frame == null || !frame.sent()) {
                throw new IllegalStateException("the wire kept a dispatch that it should have written");
            }
            @Nullable ServingException end = stream.end();
            if (end != null && withdrawn()) {
                limit.release();
                expected.answer().fail(end);
            }
        }
    }
}
