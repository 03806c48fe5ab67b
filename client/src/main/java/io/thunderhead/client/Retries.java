package io.thunderhead.client;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// The attempts of one call. One thread makes them; any may stop them.
final class Retries {
    private final RetryPolicy policy;
    private final Deadline deadline;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private int failed;

    Retries(RetryPolicy policy, Deadline deadline) {
        this.policy = policy;
        this.deadline = deadline;
    }

    /// Returns when it is time for the next attempt; throws the error if there is to be none, CANCELLED if stopped.
    void pauseOrThrow(ServingException error) {
        failed++;
        Duration pause = policy.pauseAfter(
                        failed, error, deadline, ThreadLocalRandom.current().nextDouble())
                .orElseThrow(() -> error);
        if (stoppedWithin(pause)) {
            throw new ServingException(ErrorCode.CANCELLED, "cancelled while waiting to send again", error);
        }
    }

    void stop() {
        stopped.countDown();
    }

    private boolean stoppedWithin(Duration pause) {
        try {
            return stopped.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
