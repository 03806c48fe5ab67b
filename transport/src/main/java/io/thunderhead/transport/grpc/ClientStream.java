package io.thunderhead.transport.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One connection with one long call on it, from opening to its end; never reopened. Thread-safe.
///
/// @param <Q> what is sent
/// @param <A> what comes back
final class ClientStream<Q, A> {
    private final NodeId worker;
    private final ManagedChannel channel;
    private final ClientCall<Q, A> call;
    private final Deadline openingEnds;
    private final ReentrantLock sending = new ReentrantLock();
    private final AtomicReference<@Nullable ServingException> end = new AtomicReference<>();
    private volatile boolean opened;
    private volatile long endedAtNanos;
    private volatile @Nullable Thread waiting;

    ClientStream(NodeId worker, ManagedChannel channel, MethodDescriptor<Q, A> method, Deadline openingEnds) {
        this.worker = worker;
        this.channel = channel;
        this.call = channel.newCall(method, CallOptions.DEFAULT);
        this.openingEnds = openingEnds;
    }

    /// Dials. Does not wait.
    ///
    /// @param window messages the peer may send before the receiver has taken them
    void start(Receiver<A> receiver, int window) {
        call.start(new Listener(receiver), new Metadata());
        call.request(window);
    }

    /// Sends what `message` gives once the stream has room. Messages are made and sent one at a time.
    void send(Supplier<Q> message, Deadline deadline) {
        lock(deadline);
        try {
            awaitRoom(deadline);
            sendNow(message.get());
        } finally {
            sending.unlock();
        }
    }

    /// Sends without waiting for room or even for the connection: gRPC keeps the message until then.
    void sendNow(Q message) {
        sending.lock();
        try {
            throwIfEnded();
            call.sendMessage(message);
        } catch (IllegalStateException e) { // the call was ended in between
            throwIfEnded();
            throw e;
        } finally {
            sending.unlock();
        }
    }

    /// Whether there ever was a connection.
    boolean opened() {
        return opened;
    }

    /// Why it ended; null while it has not.
    @Nullable
    ServingException end() {
        return end.get();
    }

    long endedAtNanos() {
        return endedAtNanos;
    }

    /// Ends the stream, if it has not ended yet, for this reason; the receiver is told.
    void close(ServingException reason) {
        if (finish(reason)) {
            call.cancel(reason.getMessage(), reason);
            channel.shutdownNow();
        }
    }

    private boolean finish(ServingException reason) {
        endedAtNanos = System.nanoTime();
        return end.compareAndSet(null, reason);
    }

    private void lock(Deadline deadline) {
        try {
            if (!sending.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw noRoom();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void awaitRoom(Deadline deadline) {
        waiting = Thread.currentThread();
        try {
            while (!call.isReady()) {
                throwIfEnded();
                Deadline patience = opened ? deadline : deadline.earlier(openingEnds);
                if (patience.expired()) {
                    giveUp(deadline);
                }
                LockSupport.parkNanos(this, patience.remainingNanos());
                if (Thread.interrupted()) {
                    throw interrupted();
                }
            }
        } finally {
            waiting = null;
        }
    }

    private void giveUp(Deadline deadline) {
        if (deadline.expired()) {
            throw noRoom();
        }
        close(new ServingException(ErrorCode.WORKER_LOST, worker + " did not open the stream in time"));
        throwIfEnded();
    }

    private void throwIfEnded() {
        @Nullable ServingException reason = end.get();
        if (reason != null) {
            throw new ServingException(reason.code(), String.valueOf(reason.getMessage()), reason);
        }
    }

    private ServingException noRoom() {
        return new ServingException(ErrorCode.DEADLINE_EXCEEDED, worker + " took no message before the deadline");
    }

    private ServingException interrupted() {
        Thread.currentThread().interrupt();
        return new ServingException(ErrorCode.CANCELLED, "interrupted while waiting for " + worker);
    }

    private ServingException reason(Status status, Metadata trailers) {
        Optional<ErrorCode> said = GrpcErrors.code(trailers);
        if (said.isPresent()) {
            return new ServingException(said.get(), worker + ": " + GrpcErrors.message(status), status.getCause());
        }
        ErrorCode code =
                status.getCode() == Status.Code.UNIMPLEMENTED ? ErrorCode.PROTOCOL_VIOLATION : ErrorCode.WORKER_LOST;
        return new ServingException(code, worker + ": " + GrpcErrors.connectionMessage(status), status.getCause());
    }

    /// Called on the wire's thread.
    interface Receiver<A> {
        /// Throws PROTOCOL_VIOLATION to end the stream.
        void message(A message);

        /// Once, and the last call.
        void ended(ServingException reason);
    }

    private final class Listener extends ClientCall.Listener<A> {
        private final Receiver<A> receiver;

        Listener(Receiver<A> receiver) {
            this.receiver = receiver;
        }

        @Override
        public void onReady() {
            opened = true;
            LockSupport.unpark(waiting);
        }

        @Override
        public void onMessage(A message) {
            if (end.get() != null) {
                return;
            }
            try {
                receiver.message(message);
                call.request(1);
            } catch (RuntimeException e) {
                ServingException reason = ServingException.of(e);
                close(new ServingException(reason.code(), worker + ": " + reason.getMessage(), reason));
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            finish(reason(status, trailers));
            channel.shutdownNow();
            LockSupport.unpark(waiting);
            @Nullable ServingException reason = end.get();
            if (reason != null) {
                receiver.ended(reason);
            }
        }
    }
}
