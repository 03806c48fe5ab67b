package io.thunderhead.client;

import java.util.List;

/// What the model is to continue.
public sealed interface Prompt {
    /// Taken as it is: special tokens in it are recognised, no template is applied.
    record Text(String text) implements Prompt {}

    record TokenIds(List<Integer> ids) implements Prompt {
        public TokenIds {
            ids = List.copyOf(ids);
        }
    }

    /// Rendered with the model's chat template, ready for the assistant to speak.
    ///
    /// @param messages oldest first
    record Chat(List<ChatMessage> messages) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
        }
    }

    static Prompt text(String text) {
        return new Text(text);
    }

    static Prompt tokenIds(List<Integer> ids) {
        return new TokenIds(ids);
    }

    static Prompt chat(List<ChatMessage> messages) {
        return new Chat(messages);
    }

    static Prompt chat(ChatMessage... messages) {
        return new Chat(List.of(messages));
    }
}
