package io.thunderhead.coordinator.grpc;

/// Who calls.
@FunctionalInterface
public interface ClientKeys {
    /// Name of the client that limits count calls for. Throws UNAUTHENTICATED if the key is not known, or missing where
    /// keys are needed.
    ///
    /// @param key "" = the call brings none
    String clientOf(String key);
}
