package io.thunderhead.coordinator.grpc;

import com.google.common.primitives.Ints;
import io.thunderhead.coordinator.api.ChatMessage;
import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.proto.v1.Chat;
import io.thunderhead.proto.v1.Prompt;
import java.util.List;

/// Turns a prompt into token ids.
final class PromptReader {
    private PromptReader() {}

    static TokenIds read(Prompt prompt, ServedModel model) {
        return switch (prompt.getKindCase()) {
            case TEXT -> model.tokenize(prompt.getText(), "prompt");
            case TOKEN_IDS -> TokenIds.of(Ints.toArray(prompt.getTokenIds().getIdsList()));
            case CHAT -> model.tokenize(render(prompt.getChat(), model), "prompt");
            case KIND_NOT_SET ->
                throw ServingException.invalid("prompt", "prompt: expected text, token_ids or chat, got none");
        };
    }

    private static String render(Chat chat, ServedModel model) {
        if (chat.getMessagesCount() == 0) {
            throw ServingException.invalid("prompt", "prompt: expected at least one message");
        }
        List<ChatMessage> messages = chat.getMessagesList().stream()
                .map(message -> ChatMessage.of(role(message.getRole()), message.getContent()))
                .toList();
        return model.requireChatFormat("prompt").render(messages, List.of());
    }

    private static ChatMessage.Role role(String name) {
        return switch (name) {
            case "system" -> ChatMessage.Role.SYSTEM;
            case "user" -> ChatMessage.Role.USER;
            case "assistant" -> ChatMessage.Role.ASSISTANT;
            case "tool" -> ChatMessage.Role.FUNCTION;
            default ->
                throw ServingException.invalid(
                        "role", "role: expected system, user, assistant or tool, got '" + name + "'");
        };
    }
}
