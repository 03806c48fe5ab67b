package io.thunderhead.coordinator.engine;

/// Generates tokens. Thread-safe.
public interface Engine {
    /// Admits the request or throws at once: QUEUE_FULL, CONTEXT_LENGTH_EXCEEDED, TOKEN_OUT_OF_RANGE, NOT_READY,
    /// SHUTTING_DOWN. The sink is called from the engine's thread and must not wait.
    Generation submit(GenerationRequest request, TokenSink sink);

    /// Largest number of tokens of prompt and answer together.
    int contextMax();

    interface Generation {
        /// Ends it: the sequence is freed on every worker within a step; the sink gets no further call but `ended` with
        /// CANCELLED. Does nothing after the end.
        void cancel();
    }
}
