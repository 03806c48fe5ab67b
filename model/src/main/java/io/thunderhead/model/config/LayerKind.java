package io.thunderhead.model.config;

/// How a layer remembers the past: lightning in one matrix of constant size a head, softmax in keys and values a token.
public enum LayerKind {
    LIGHTNING,
    SOFTMAX
}
