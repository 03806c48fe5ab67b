package io.thunderhead.transport.grpc;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Counts what a server has taken and not answered, so that it can close when nothing is left. Thread-safe.
final class WorkInFlight {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private int running;
    private boolean closing;

    /// Throws SHUTTING_DOWN after [#drain] was called.
    void begin() {
        lock.lock();
        try {
            if (closing) {
                throw new ServingException(ErrorCode.SHUTTING_DOWN, "the node is closing");
            }
            running++;
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            running--;
            if (running == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Refuses new work and waits for the rest. False when some still runs at the deadline.
    boolean drain(Deadline deadline) {
        lock.lock();
        try {
            closing = true;
            while (running > 0) {
                if (!idle.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
