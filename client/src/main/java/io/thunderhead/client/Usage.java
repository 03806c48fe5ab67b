package io.thunderhead.client;

/// Tokens of a request.
///
/// @param cachedTokens prompt tokens that were not computed because a snapshot of the state held them
/// @param completionTokens with the token that ended the answer
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {}
