package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.transport.shm.RingLine;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An expert worker's end of one line through shared memory. Reads a frame only while fewer than the window are
/// unanswered.
final class RingExperts implements RingLine.Receiver {
    private static final long LOOK_MILLIS = 20;

    private final RingLine line;
    private final Semaphore window;
    private final ExpertSession session;

    /// @param session made for the way back that it is given
    RingExperts(RingLine line, int window, Function<ExpertSession.Answers, ExpertSession> session) {
        this.line = line;
        this.window = new Semaphore(window);
        this.session = session.apply(this::answer);
    }

    private void answer(OutgoingFrame frame, Runnable sent) {
        line.sendOrQueue(frame, () -> {
            sent.run();
            window.release();
        });
    }

    @Override
    public void frame(InputStream frame) {
        try {
            while (!window.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                @Nullable ServingException end = line.end();
                if (end != null) {
                    throw end;
                }
            }
        } catch (InterruptedException e) {
            throw ServingException.of(e);
        }
        session.take(frame);
    }

    @Override
    public void ended(ServingException reason) {
        session.ended();
    }
}
