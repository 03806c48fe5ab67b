package io.thunderhead.client;

/// A model that the cluster serves.
///
/// @param contextMax tokens of prompt and answer together
public record ModelInfo(String id, int contextMax, int vocabularySize) {}
