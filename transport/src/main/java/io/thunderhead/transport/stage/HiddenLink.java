package io.thunderhead.transport.stage;

import io.thunderhead.core.time.Deadline;
import java.lang.foreign.MemorySegment;

/// A stage's line to the next stage. Blocks arrive in the order sent; one sender thread.
public interface HiddenLink extends AutoCloseable {
    /// The rows may be reused when this returns. Waits for room until the deadline; throws WORKER_LOST,
    /// DEADLINE_EXCEEDED. What befalls rows after they were sent (the stage refused them, or the line broke before
    /// it took them) is thrown by a later send, which then sends nothing.
    void send(HiddenHeader header, MemorySegment rows, Deadline deadline);

    @Override
    void close();
}
