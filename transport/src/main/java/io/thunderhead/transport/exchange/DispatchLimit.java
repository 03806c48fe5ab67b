package io.thunderhead.transport.exchange;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Room for unanswered messages on one line. A place is held until the peer has answered or is lost, also when nobody
/// waits for the answer any more: what counts is the peer's work.
public final class DispatchLimit {
    private final Semaphore places;
    private final String line;

    public DispatchLimit(int places, String line) {
        this.places = new Semaphore(places);
        this.line = line;
    }

    /// Waits for a place; throws DEADLINE_EXCEEDED.
    public void acquire(Deadline deadline) {
        try {
            if (!places.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new ServingException(
                        ErrorCode.DEADLINE_EXCEEDED, line + ": too many unanswered messages until the deadline");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, line + ": interrupted while waiting for room", e);
        }
    }

    public void release() {
        places.release();
    }
}
