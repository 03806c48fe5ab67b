package io.thunderhead.cli.chat;

import io.thunderhead.cli.chat.ChatBackend.Answer;
import java.io.PrintWriter;
import java.util.Optional;

/// A conversation of one question, for scripts: what goes wrong is thrown instead of printed.
public final class SingleQuestion {
    private SingleQuestion() {}

    /// Prints the answer as it comes. Throws `ServingException` when it fails.
    public static void ask(String question, ChatBackend backend, ChatOptions options, PrintWriter out) {
        Conversation conversation = new Conversation(options.system());
        conversation.addUser(question);
        try (Answer answer = backend.ask(conversation.messages(), options)) {
            for (Optional<String> piece = answer.next(); piece.isPresent(); piece = answer.next()) {
                out.print(PrintableText.of(piece.get()));
                out.flush();
            }
        } finally {
            out.println();
            out.flush();
        }
    }
}
