package io.thunderhead.transport.exchange;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// What an expert worker offers to any wire.
public interface ExpertService {
    /// Called on the wire's own thread: checks, hands over to the worker's threads, and returns without waiting.
    /// The reply is used exactly once, from any thread; work whose deadline has passed is answered, not computed.
    void dispatch(ExpertRows rows, Deadline deadline, Reply reply);

    /// For those in the same process.
    default Optional<LocalExperts> local() {
        return Optional.empty();
    }

    interface Reply {
        /// Room for the answer: float32 `[rowCount * rowsPerToken, hidden]`, undefined content.
        /// Asked for once. Throws QUEUE_FULL when the node has no memory; the reply is then to [#fail].
        MemorySegment allocate(int rows, int hiddenSize);

        /// Sends what was written to the allocated room.
        void send(long computeNanos);

        void fail(ServingException error);
    }
}
