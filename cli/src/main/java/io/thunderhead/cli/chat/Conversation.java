package io.thunderhead.cli.chat;

import io.thunderhead.client.ChatMessage;
import java.util.ArrayList;
import java.util.List;

/// What was said so far. Owned by the chat's thread.
final class Conversation {
    private final List<ChatMessage> turns = new ArrayList<>();
    private String system;

    /// @param system "" = none
    Conversation(String system) {
        this.system = system;
    }

    void system(String text) {
        system = text;
    }

    /// Forgets everything but the system message.
    void reset() {
        turns.clear();
    }

    void addUser(String text) {
        turns.add(ChatMessage.user(text));
    }

    /// An answer of which nothing came takes its question with it: roles must alternate.
    void addAnswer(String text) {
        if (text.isEmpty()) {
            turns.removeLast();
        } else {
            turns.add(ChatMessage.assistant(text));
        }
    }

    List<ChatMessage> messages() {
        List<ChatMessage> messages = new ArrayList<>();
        if (!system.isEmpty()) {
            messages.add(ChatMessage.system(system));
        }
        messages.addAll(turns);
        return List.copyOf(messages);
    }
}
