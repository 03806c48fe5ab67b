package io.thunderhead.client;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Reads a generation for a subscriber, one event for each it asked for. [#run] calls the subscriber, from one thread;
/// the subscription's own methods are for any.
final class GenerationSubscription implements Flow.Subscription {
    private final GenerationStream stream;
    private final Flow.Subscriber<? super GenerationEvent> subscriber;
    private final Deadline deadline;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long demand;
    private boolean illegalDemand;
    private boolean cancelled;

    GenerationSubscription(
            GenerationStream stream, Flow.Subscriber<? super GenerationEvent> subscriber, Deadline deadline) {
        this.stream = stream;
        this.subscriber = subscriber;
        this.deadline = deadline;
    }

    void run() {
        try (stream) {
            subscriber.onSubscribe(this);
            GenerationEvent event;
            do {
                awaitDemand();
                event = stream.next();
                subscriber.onNext(event);
            } while (!(event instanceof GenerationEvent.Ended));
            subscriber.onComplete();
        } catch (RuntimeException e) {
            if (!isCancelled()) {
                subscriber.onError(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            subscriber.onError(new ServingException(ErrorCode.CANCELLED, "the publisher was interrupted", e));
        }
    }

    @Override
    public void request(long count) {
        lock.lock();
        try {
            illegalDemand |= count <= 0;
            demand = count > Long.MAX_VALUE - demand ? Long.MAX_VALUE : demand + count;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cancel() {
        lock.lock();
        try {
            cancelled = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        stream.close();
    }

    /// Throws at the deadline: a subscriber that asks for nothing does not hold a sequence for ever.
    private void awaitDemand() throws InterruptedException {
        lock.lock();
        try {
            while (demand <= 0 && !illegalDemand && !cancelled) {
                if (!changed.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                    throw new ServingException(
                            ErrorCode.DEADLINE_EXCEEDED, "the subscriber asked for nothing until the deadline");
                }
            }
            if (illegalDemand) {
                throw new IllegalArgumentException("expected a demand of at least 1");
            }
            demand--;
        } finally {
            lock.unlock();
        }
    }

    private boolean isCancelled() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }
}
