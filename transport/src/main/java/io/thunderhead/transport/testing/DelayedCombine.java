package io.thunderhead.transport.testing;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.PendingCombine;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A dispatch that starts late. Given up before that, it never starts; the rows are not read afterwards.
final class DelayedCombine implements PendingCombine {
    private final Future<PendingCombine> started;

    DelayedCombine(
            ExpertExchange exchange,
            ExpertRows rows,
            Deadline deadline,
            long delayNanos,
            ScheduledExecutorService delays) {
        this.started = delays.schedule(() -> exchange.dispatch(rows, deadline), delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public CombinedRows await(Deadline deadline) {
        try {
            return started.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS).await(deadline);
        } catch (TimeoutException e) {
            abandon();
            throw new ServingException(ErrorCode.DEADLINE_EXCEEDED, "delayed past the deadline", e);
        } catch (InterruptedException e) {
            abandon();
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "interrupted", e);
        } catch (ExecutionException e) {
            throw ServingException.of(e.getCause() == null ? e : e.getCause());
        }
    }

    @Override
    public void abandon() {
        if (!started.cancel(false) && started.state() == Future.State.SUCCESS) {
            started.resultNow().abandon();
        }
    }
}
