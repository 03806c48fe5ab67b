package io.thunderhead.transport.exchange;

import io.thunderhead.core.time.Deadline;

/// The answer to one dispatch, still on its way.
public interface PendingCombine {
    /// Waits; throws DEADLINE_EXCEEDED, WORKER_LOST (connection gone), STALE_PLAN, or what the worker answered. Called
    /// once, by the dispatching thread. After a throw a late answer is dropped and its buffers freed.
    CombinedRows await(Deadline deadline);

    /// Gives the answer up without waiting.
    void abandon();
}
