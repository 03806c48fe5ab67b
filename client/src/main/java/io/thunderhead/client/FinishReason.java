package io.thunderhead.client;

/// Why an answer is complete.
public enum FinishReason {
    /// A stop text, a stop token or the model's end token.
    STOP,
    /// `maxTokens`, or the context is full.
    LENGTH
}
