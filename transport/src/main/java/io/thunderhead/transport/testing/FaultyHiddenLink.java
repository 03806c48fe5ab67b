package io.thunderhead.transport.testing;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.stage.HiddenHeader;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.testing.FaultDice.Fate;
import java.lang.foreign.MemorySegment;

/// A link that drops blocks or fails; it never delays them, because blocks keep their order.
final class FaultyHiddenLink implements HiddenLink {
    private final HiddenLink inner;
    private final NodeId worker;
    private final FaultDice dice;

    FaultyHiddenLink(HiddenLink inner, NodeId worker, FaultDice dice) {
        this.inner = inner;
        this.worker = worker;
        this.dice = dice;
    }

    @Override
    public void send(HiddenHeader header, MemorySegment rows, Deadline deadline) {
        switch (dice.next()) {
            case Fate.Sent _ -> inner.send(header, rows, deadline);
            case Fate.Dropped() -> {}
            case Fate.Lost() ->
                throw new ServingException(ErrorCode.WORKER_LOST, "the line to " + worker + " broke by seed");
        }
    }

    @Override
    public void close() {
        inner.close();
    }
}
