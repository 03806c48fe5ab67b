package io.thunderhead.cli.chat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// How to chat.
///
/// @param system first system message; "" = none
/// @param maxTokens of one answer; absent = what the context leaves
/// @param temperature absent = the server's default
/// @param timeout of one answer
/// @param historyFile where typed lines are kept for the next time; absent = nowhere
public record ChatOptions(
        String system,
        OptionalInt maxTokens,
        Optional<Float> temperature,
        Duration timeout,
        Optional<Path> historyFile) {
    public static final ChatOptions DEFAULTS =
            new ChatOptions("", OptionalInt.empty(), Optional.empty(), Duration.ofMinutes(10), Optional.empty());
}
