package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.wire.OutgoingFrame;
import io.thunderhead.transport.wire.ReceivedExpertRows;
import io.thunderhead.transport.wire.RowBuffer;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The one answer to one dispatch; frees the dispatch's rows and its own once it is sent.
final class ExpertReply implements ExpertService.Reply {
    private final ExpertSession session;
    private final long sequence;
    private final ReceivedExpertRows rows;
    private final int rowsPerToken;
    private final AtomicBoolean used = new AtomicBoolean();
    private @Nullable RowBuffer room;

    ExpertReply(ExpertSession session, long sequence, ReceivedExpertRows rows) {
        this.session = session;
        this.sequence = sequence;
        this.rows = rows;
        this.rowsPerToken = CombinedRows.rowsPerToken(rows.topK());
    }

    @Override
    public MemorySegment allocate(int rowCount, int hiddenSize) {
        if (rowCount != rows.rowCount() * rowsPerToken || hiddenSize != rows.hiddenSize() || room != null) {
            throw new IllegalArgumentException("room for the answer: expected one of ["
                    + rows.rowCount() * rowsPerToken + ", " + rows.hiddenSize() + "], asked for [" + rowCount + ", "
                    + hiddenSize + "]");
        }
        RowBuffer allocated = session.memory().allocate((long) rowCount * hiddenSize * Float.BYTES);
        room = allocated;
        return allocated.segment();
    }

    @Override
    public void send(long computeNanos) {
        RowBuffer answer = room;
        if (answer == null) {
            throw new IllegalStateException("an answer was sent before there was room for it");
        }
        use();
        OutgoingFrame frame = OutgoingFrame.combine(
                sequence,
                answer.segment(),
                rows.rowCount() * rowsPerToken,
                rows.hiddenSize(),
                rowsPerToken,
                computeNanos);
        try {
            frame.checkedAgainst(session.messageBytesMax());
        } catch (ServingException e) {
            frame = OutgoingFrame.failure(sequence, e);
        }
        session.answer(frame, this::free);
    }

    @Override
    public void fail(ServingException error) {
        use();
        session.answer(OutgoingFrame.failure(sequence, error), this::free);
    }

    private void use() {
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("dispatch " + sequence + " was answered twice");
        }
    }

    private void free() {
        rows.close();
        if (room != null) {
            room.close();
        }
        session.answered();
    }
}
