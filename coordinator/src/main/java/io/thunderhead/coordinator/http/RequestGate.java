package io.thunderhead.coordinator.http;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Limits on what the server holds at once: requests, and bytes of their bodies.
final class RequestGate {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final int requestsMax;
    private final long bodyBytesMax;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong bodyBytes = new AtomicLong();
    private volatile boolean closed;

    RequestGate(int requestsMax, long bodyBytesMax) {
        this.requestsMax = requestsMax;
        this.bodyBytesMax = bodyBytesMax;
    }

    /// Throws QUEUE_FULL or SHUTTING_DOWN. The caller closes the ticket.
    Ticket enter() {
        if (closed) {
            throw new ServingException(ErrorCode.SHUTTING_DOWN, "this server is shutting down");
        }
        if (requests.incrementAndGet() > requestsMax) {
            requests.decrementAndGet();
            throw ServingException.rejected(
                    ErrorCode.QUEUE_FULL, requestsMax + " requests are being served already", RETRY_AFTER);
        }
        return new Ticket();
    }

    /// From now on nobody enters.
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /// Waits until everybody has left, at most until the deadline.
    synchronized void awaitEmpty(Deadline deadline) {
        try {
            while (requests.get() > 0 && deadline.remainingMillis() > 0) {
                wait(deadline.remainingMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void signalLeft() {
        notifyAll();
    }

    long inside() {
        return requests.get();
    }

    int requestsMax() {
        return requestsMax;
    }

    /// One request's share. Grows on one thread; closed by any, any number of times.
    final class Ticket implements AutoCloseable {
        private final AtomicBoolean closed = new AtomicBoolean();
        private final AtomicLong heldBytes = new AtomicLong();

        /// Throws QUEUE_FULL when all bodies together become too many bytes.
        void addBodyBytes(int count) {
            heldBytes.addAndGet(count);
            if (bodyBytes.addAndGet(count) > bodyBytesMax) {
                throw ServingException.rejected(
                        ErrorCode.QUEUE_FULL, "too many bytes of request bodies are being held", RETRY_AFTER);
            }
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                bodyBytes.addAndGet(-heldBytes.get());
                if (requests.decrementAndGet() == 0) {
                    signalLeft();
                }
            }
        }
    }
}
