package io.thunderhead.transport.stage;

import io.thunderhead.core.error.ServingException;

/// The coordinator's line to one attention worker. Commands arrive in the order of [#submit]; thread-safe.
public interface StageControl extends AutoCloseable {
    /// Never waits. Throws WORKER_LOST if the line is down, QUEUE_FULL past the line's limit.
    void submit(StepCommand command);

    @Override
    void close();

    /// Called from the wire's thread: hands over and returns.
    interface Listener {
        void outcome(StepOutcome outcome);

        /// The line is gone for good; every step under way on it will have no outcome.
        void lost(ServingException error);
    }
}
