package io.thunderhead.transport.testing;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.PendingAnswer;
import io.thunderhead.transport.exchange.PendingCombine;
import io.thunderhead.transport.testing.FaultDice.Fate;
import java.util.concurrent.ScheduledExecutorService;

/// An exchange whose dispatches meet their fate before they reach the inner one.
final class FaultyExchange implements ExpertExchange {
    private final ExpertExchange inner;
    private final NodeId worker;
    private final FaultDice dice;
    private final ScheduledExecutorService delays;

    FaultyExchange(ExpertExchange inner, NodeId worker, FaultDice dice, ScheduledExecutorService delays) {
        this.inner = inner;
        this.worker = worker;
        this.dice = dice;
        this.delays = delays;
    }

    @Override
    public PendingCombine dispatch(ExpertRows rows, Deadline deadline) {
        return switch (dice.next()) {
            case Fate.Sent(long delayNanos) when delayNanos == 0 -> inner.dispatch(rows, deadline);
            case Fate.Sent(long delayNanos) -> new DelayedCombine(inner, rows, deadline, delayNanos, delays);
            case Fate.Dropped() -> new PendingAnswer("dispatch dropped on its way to " + worker);
            case Fate.Lost() -> lost();
        };
    }

    private PendingCombine lost() {
        PendingAnswer answer = new PendingAnswer("dispatch to " + worker);
        answer.fail(new ServingException(ErrorCode.WORKER_LOST, "the line to " + worker + " broke by seed"));
        return answer;
    }

    @Override
    public void close() {
        inner.close();
    }
}
