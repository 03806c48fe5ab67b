package io.thunderhead.coordinator.schedule;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides who has waited too long.
record ExpiryPolicy(Duration notReadyQueueTime) {

    /// @param servedAtNanos when steps could last run
    /// @param missing what steps wait for; empty = they run
    /// @param shutDownAtNanos when whatever still runs is to end; null = not shutting down
    record Moment(
            long nowNanos,
            long servedAtNanos,
            List<String> missing,
            @Nullable Long shutDownAtNanos) {
        boolean isPast(long atNanos) {
            return nowNanos - atNanos >= 0;
        }
    }

    /// Null = it may go on.
    @Nullable
    ServingException expired(Sequence sequence, Moment moment) {
        if (moment.shutDownAtNanos() != null && moment.isPast(moment.shutDownAtNanos())) {
            return shuttingDown();
        }
        if (moment.isPast(sequence.request().deadline().atNanos())) {
            return new ServingException(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "the request's deadline passed after " + sequence.generatedCount() + " tokens");
        }
        return waitedInVain(sequence, moment)
                ? new ServingException(
                        ErrorCode.NOT_READY, "the cluster waits for " + String.join(", ", moment.missing()))
                : null;
    }

    /// Only new requests: one that has begun may wait until its deadline.
    private boolean waitedInVain(Sequence sequence, Moment moment) {
        if (sequence.started() || moment.missing().isEmpty()) {
            return false;
        }
        long notReadyNanos =
                Math.min(moment.nowNanos() - moment.servedAtNanos(), moment.nowNanos() - sequence.submittedNanos());
        return notReadyNanos > notReadyQueueTime.toNanos();
    }

    static ServingException shuttingDown() {
        return new ServingException(ErrorCode.SHUTTING_DOWN, "this coordinator is shutting down");
    }
}
