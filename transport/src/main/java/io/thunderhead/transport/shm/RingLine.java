package io.thunderhead.transport.shm;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.wire.OutgoingFrame;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One side of a line through shared memory. A thread of its own reads the frames that come; frames are sent by any
/// thread, one at a time. It ends for good when either process leaves, dies, or breaks the rules.
public final class RingLine implements AutoCloseable {
    private final String peer;
    private final RingFile file;
    private final Doorbell doorbell;
    private final RingReader reader;
    private final RingWriter writer;
    private final long messageBytesMax;
    private final Duration patience;
    private final AtomicReference<@Nullable ServingException> end = new AtomicReference<>();
    private final ReentrantLock sending = new ReentrantLock();
    private final Condition changed = sending.newCondition();
    private final Queue<Waiting> waiting = new ArrayDeque<>(); // guarded by sending
    private boolean queueStarted; // guarded by sending
    private boolean writingWaiting; // guarded by sending
    private @Nullable Receiver receiver;

    /// @param patience with a peer that takes nothing while something waits to be sent
    RingLine(
            String peer,
            RingFile file,
            Ring incoming,
            Ring outgoing,
            Doorbell doorbell,
            long messageBytesMax,
            Duration patience) {
        this.peer = peer;
        this.file = file;
        this.doorbell = doorbell;
        this.reader = new RingReader(incoming, doorbell);
        this.writer = new RingWriter(outgoing, doorbell);
        this.messageBytesMax = messageBytesMax;
        this.patience = patience;
    }

    /// Starts to read.
    public void start(Receiver to) {
        receiver = to;
        Thread.ofPlatform().daemon().name("ring-" + peer).start(this::read);
    }

    /// Why the line has ended; null while it has not.
    public @Nullable ServingException end() {
        return end.get();
    }

    /// Sends what `frame` gives once there is room. Throws DEADLINE_EXCEEDED before anything was written, else what has
    /// ended the line.
    public void send(Supplier<OutgoingFrame> frame, Deadline deadline) {
        lock(deadline);
        try {
            throwIfEnded();
            writer.awaitRoom(writer.capacity() / 2, deadline);
            write(frame.get(), deadline);
        } catch (ServingException e) {
            throwIfEnded();
            throw e;
        } finally {
            sending.unlock();
        }
    }

    /// Sends now if there is room, else when there is; never waits for the peer.
    ///
    /// @param sent run once, when the frame's rows are free again, whether it was written or dropped
    public void sendOrQueue(OutgoingFrame frame, Runnable sent) {
        sending.lock();
        try {
            if (end.get() == null && (writingWaiting || !waiting.isEmpty() || writer.room() < frame.available())) {
                queue(new Waiting(frame, sent));
                return;
            }
            if (end.get() == null) {
                write(frame, Deadline.after(patience));
            }
        } catch (RuntimeException e) {
            endBy(e);
        } finally {
            sending.unlock();
        }
        sent.run();
    }

    private void queue(Waiting frame) {
        waiting.add(frame);
        if (!queueStarted) {
            queueStarted = true;
            Thread.ofVirtual().name("ring-queue-" + peer).start(this::sendWaiting);
        }
        changed.signalAll();
    }

    private void write(OutgoingFrame frame, Deadline deadline) {
        try {
            writer.until(deadline);
            frame.drainTo(writer);
            writer.flush();
            frame.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) { // the peer has a part of a frame, so nothing can follow
            ServingException reason = ServingException.of(e);
            ErrorCode code = reason.code() == ErrorCode.PROTOCOL_VIOLATION ? reason.code() : ErrorCode.WORKER_LOST;
            close(new ServingException(code, peer + " took a part of a message: " + reason.getMessage(), reason));
            throw e;
        }
    }

    private void sendWaiting() {
        for (@Nullable Waiting next = takeWaiting(); next != null; next = takeWaiting()) {
            try {
                if (end.get() == null) {
                    write(next.frame(), Deadline.after(patience)); // nobody else writes meanwhile
                }
            } catch (RuntimeException e) {
                endBy(e);
            } finally {
                next.sent().run();
            }
        }
    }

    /// Null when the line has ended and nothing waits any more.
    private @Nullable Waiting takeWaiting() {
        sending.lock();
        try {
            writingWaiting = false;
            changed.signalAll();
            while (waiting.isEmpty() && end.get() == null) {
                changed.awaitUninterruptibly();
            }
            @Nullable Waiting next = waiting.poll();
            writingWaiting = next != null;
            return next;
        } finally {
            sending.unlock();
        }
    }

    private void read() {
        Receiver to = Objects.requireNonNull(receiver);
        try {
            while (end.get() == null) {
                reader.awaitFrame(messageBytesMax);
                to.frame(reader);
            }
        } catch (IOException | UncheckedIOException e) {
            ErrorCode code = doorbell.accused() ? ErrorCode.PROTOCOL_VIOLATION : ErrorCode.WORKER_LOST;
            close(new ServingException(code, peer + ": " + e.getMessage(), e));
        } catch (Throwable e) {
            endBy(e);
        }
        try {
            to.ended(Objects.requireNonNull(end.get()));
        } finally {
            doorbell.release();
            unmap();
        }
    }

    /// Whoever writes just now must have left the memory.
    private void unmap() {
        sending.lock();
        try {
            while (writingWaiting) {
                changed.awaitUninterruptibly();
            }
            file.close();
        } finally {
            sending.unlock();
        }
    }

    private void endBy(Throwable failure) {
        ServingException reason = ServingException.of(failure);
        close(new ServingException(reason.code(), peer + ": " + reason.getMessage(), reason));
    }

    /// Ends the line, if it has not ended yet, for this reason; the receiver and the peer are told.
    public void close(ServingException reason) {
        if (end.compareAndSet(null, reason)) {
            if (reason.code() == ErrorCode.PROTOCOL_VIOLATION) {
                doorbell.accuse();
            } else {
                doorbell.close();
            }
            signalChange();
        }
    }

    @Override
    public void close() {
        close(new ServingException(ErrorCode.SHUTTING_DOWN, "the line to " + peer + " has been closed"));
    }

    private void signalChange() {
        sending.lock();
        try {
            changed.signalAll();
        } finally {
            sending.unlock();
        }
    }

    private void lock(Deadline deadline) {
        try {
            if (!sending.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new ServingException(ErrorCode.DEADLINE_EXCEEDED, peer + " took no message before the deadline");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "interrupted while waiting for " + peer, e);
        }
    }

    private void throwIfEnded() {
        @Nullable ServingException reason = end.get();
        if (reason != null) {
            throw new ServingException(reason.code(), String.valueOf(reason.getMessage()), reason);
        }
    }

    private record Waiting(OutgoingFrame frame, Runnable sent) {}

    /// Called on the line's own thread.
    public interface Receiver {
        /// Reads the frame, or what it wants of it, before it returns. Throws PROTOCOL_VIOLATION to end the line.
        void frame(InputStream frame);

        /// Once, and the last call.
        void ended(ServingException reason);
    }
}
