package io.thunderhead.model.tokenizer;

import java.util.List;
import java.util.Optional;

/// One message of a conversation, as OpenAI's API has them.
///
/// @param role `system`, `developer`, `user`, `assistant`, `tool` or `function`
/// @param name of the function, in its answer
/// @param toolCallId of the call that a `tool` message answers
/// @param toolCalls made by an `assistant` message
public record ChatMessage(
        String role, List<Part> content, Optional<String> name, Optional<String> toolCallId, List<ToolCall> toolCalls) {
    public ChatMessage {
        content = List.copyOf(content);
        toolCalls = List.copyOf(toolCalls);
    }

    public static ChatMessage text(String role, String text) {
        return new ChatMessage(role, List.of(new Text(text)), Optional.empty(), Optional.empty(), List.of());
    }

    public sealed interface Part {}

    public record Text(String text) implements Part {}

    /// Where an image goes; its pixels travel beside the conversation.
    public record Image() implements Part {}

    /// @param arguments a JSON object as text
    public record ToolCall(String id, String name, String arguments) {}
}
