package io.thunderhead.coordinator.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Where a call's thread waits until its client has read enough for more to be sent. [#changed] is for any thread.
final class ReadyGate {
    private final ServerCallStreamObserver<?> observer;
    private final Deadline deadline;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    ReadyGate(ServerCallStreamObserver<?> observer, Deadline deadline) {
        this.observer = observer;
        this.deadline = deadline;
    }

    /// Readiness or cancellation may have changed.
    void changed() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Throws DEADLINE_EXCEEDED if the client reads nothing until the deadline, CANCELLED if it leaves.
    void await() throws InterruptedException {
        lock.lock();
        try {
            while (!observer.isReady() && !observer.isCancelled()) {
                if (!changed.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                    throw new ServingException(
                            ErrorCode.DEADLINE_EXCEEDED, "the client did not read its answer before the deadline");
                }
            }
        } finally {
            lock.unlock();
        }
        if (observer.isCancelled()) {
            throw new ServingException(ErrorCode.CANCELLED, "the client cancelled the call");
        }
    }
}
