package io.thunderhead.coordinator.schedule;

/// A sequence in flight at one moment, for people.
///
/// @param order tells sequences apart: one request may have several, and clients may use an id twice
/// @param promptRead tokens of the prompt that the stages have read at least once
public record RequestState(
        long order,
        String requestId,
        String client,
        Phase phase,
        long ageNanos,
        int promptTokens,
        int promptRead,
        int generatedTokens,
        int maxTokens,
        int replays) {
    public enum Phase {
        /// For its first step.
        WAITING,
        READING,
        ANSWERING,
        /// Preempted or hit by a loss: it waits to be replayed.
        SUSPENDED,
        REPLAYING
    }

    static RequestState of(Sequence sequence, long nowNanos) {
        return new RequestState(
                sequence.order(),
                sequence.request().requestId(),
                sequence.client(),
                phase(sequence),
                nowNanos - sequence.submittedNanos(),
                sequence.promptLength(),
                sequence.promptRead(),
                sequence.generatedCount(),
                sequence.request().maxTokens(),
                sequence.replays());
    }

    private static Phase phase(Sequence sequence) {
        if (!sequence.started()) {
            return Phase.WAITING;
        }
        if (!sequence.alive()) {
            return Phase.SUSPENDED;
        }
        if (sequence.promptRead() < sequence.promptLength()) {
            return Phase.READING;
        }
        return sequence.sent() + 1 < sequence.tokenCount() ? Phase.REPLAYING : Phase.ANSWERING;
    }
}
