package io.thunderhead.cli.chat;

import io.thunderhead.client.ChatMessage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Who answers.
public interface ChatBackend extends AutoCloseable {
    /// Sends the conversation; does not wait for the answer. The caller closes it.
    Answer ask(List<ChatMessage> conversation, ChatOptions options);

    @Override
    void close();

    /// One answer, as it comes. One thread reads; any may close.
    interface Answer extends AutoCloseable {
        /// The next piece of text, not empty; none at the end. Waits up to the options' timeout in all. Throws
        /// `ServingException` when the answer fails, CANCELLED once closed.
        Optional<String> next();

        /// Tokens of the whole answer; known after its end, if the other side tells.
        OptionalInt completionTokens();

        /// Tokens of the conversation that was sent; as [#completionTokens].
        OptionalInt promptTokens();

        /// Cancels what has not ended and wakes the reader.
        @Override
        void close();
    }
}
