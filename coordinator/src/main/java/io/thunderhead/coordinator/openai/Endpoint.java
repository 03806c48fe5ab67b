package io.thunderhead.coordinator.openai;

/// Answers the requests of one path; throws a [io.thunderhead.core.error.ServingException] instead, or after the first
/// events. Thread-safe.
@FunctionalInterface
public interface Endpoint {
    void answer(ApiCall call) throws InterruptedException;
}
