package io.thunderhead.coordinator.schedule;

import io.thunderhead.core.error.ServingException;

/// Whether a request may wait for its turn.
sealed interface AdmissionDecision {
    /// @param tokensMax of prompt and answer: what was asked for, clipped to the room there is
    record Admitted(int tokensMax) implements AdmissionDecision {}

    record Rejected(ServingException error) implements AdmissionDecision {}
}
