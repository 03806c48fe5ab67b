package io.thunderhead.coordinator.openai;

import java.time.Duration;

/// What one request may ask for.
///
/// @param choicesMax answers of one request: prompts times `n`
/// @param requestTimeout from its arrival to its last token
/// @param keepAliveInterval silence in a stream after which a comment is sent
public record ApiLimits(int choicesMax, Duration requestTimeout, Duration keepAliveInterval) {}
