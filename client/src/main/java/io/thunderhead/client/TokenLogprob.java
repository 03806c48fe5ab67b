package io.thunderhead.client;

/// A token and its natural log-probability, before temperature, penalties and biases.
///
/// @param text of the token; bytes that are no whole character show as U+FFFD
public record TokenLogprob(int tokenId, float logprob, String text) {}
