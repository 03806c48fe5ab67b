package io.thunderhead.transport.exchange;

import io.thunderhead.core.time.Deadline;
import java.util.Optional;

/// An attention worker's line to one expert worker. Dispatches are answered in any order; several may be under way,
/// up to a limit of the implementation, past which [#dispatch] waits for room until the deadline.
/// Thread-safe.
public interface ExpertExchange extends AutoCloseable {
    /// Sends the rows; `rows` may be reused once [PendingCombine#await] returned or threw, or after `abandon`.
    PendingCombine dispatch(ExpertRows rows, Deadline deadline);

    /// The worker itself, if it is in this process and lets its experts be used in place.
    default Optional<LocalExperts> local() {
        return Optional.empty();
    }

    /// Fails everything under way with SHUTTING_DOWN.
    @Override
    void close();
}
