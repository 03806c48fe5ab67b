package io.thunderhead.coordinator.api;

import java.util.List;
import java.util.Optional;

/// One message of a conversation.
///
/// @param name of the speaker, or of the function whose result a FUNCTION message brings
/// @param calls what an ASSISTANT message asked to be called, in order
public record ChatMessage(Role role, Optional<String> name, String text, List<FunctionCall> calls) {
    public ChatMessage {
        calls = List.copyOf(calls);
    }

    public static ChatMessage of(Role role, String text) {
        return new ChatMessage(role, Optional.empty(), text, List.of());
    }

    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT,
        FUNCTION
    }
}
