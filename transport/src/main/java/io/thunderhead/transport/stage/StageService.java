package io.thunderhead.transport.stage;

import io.thunderhead.core.error.ServingException;
import java.lang.foreign.MemorySegment;

/// What an attention worker offers to any wire. Methods are called on the wire's thread and return without waiting.
public interface StageService {
    /// A coordinator has connected. A new session replaces the one before: sequences of the old one are dropped.
    Session open(StageControl.Listener coordinator);

    /// Hidden rows of a step from the stage before: float32 `[rows, hidden]`; copied before this returns.
    /// Throws PROTOCOL_VIOLATION or QUEUE_FULL.
    void hidden(HiddenHeader header, MemorySegment rows);

    interface Session {
        void command(StepCommand command);

        void closed(ServingException reason);
    }
}
