package io.thunderhead.coordinator.api;

/// A call that the model asks for.
///
/// @param arguments a JSON object as text, as the model wrote it
public record FunctionCall(String name, String arguments) {}
