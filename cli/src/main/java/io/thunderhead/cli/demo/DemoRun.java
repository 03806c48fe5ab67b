package io.thunderhead.cli.demo;

import io.thunderhead.cli.chat.ChatBackend;
import io.thunderhead.cli.chat.ChatBackend.Answer;
import io.thunderhead.cli.chat.ChatOptions;
import io.thunderhead.client.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One conversation on one document: each question is sent with all that was said before, its answer is shown as it
/// comes and then marked. The first question stands in the document's own message.
final class DemoRun {
    private static final String USER = "user";
    private static final String BETWEEN = "\n\n";

    private final ChatBackend backend;
    private final ChatOptions options;
    private final DemoScreen screen;
    private List<ChatMessage> conversation;
    private final List<AnsweredQuestion> answers = new ArrayList<>();

    /// @param opening messages that say the document; not empty
    DemoRun(ChatBackend backend, ChatOptions options, DemoScreen screen, List<ChatMessage> opening) {
        this.backend = backend;
        this.options = options;
        this.screen = screen;
        this.conversation = new ArrayList<>(opening);
    }

    /// Throws `ServingException` when the answer fails.
    void ask(DemoQuestion question) {
        screen.question(answers.size() + 1, question.text());
        List<ChatMessage> asked = asked(conversation, question.text());
        try (Answer answer = backend.ask(asked, options)) {
            AnsweredQuestion answered = listen(question, answer);
            screen.answered(answered, times(answered));
            answers.add(answered);
            conversation = new ArrayList<>(asked);
            conversation.add(ChatMessage.assistant(answered.said()));
        }
    }

    List<AnsweredQuestion> answers() {
        return answers;
    }

    /// The messages with a question after them; one that follows a document stands in the same message.
    static List<ChatMessage> asked(List<ChatMessage> messages, String question) {
        List<ChatMessage> asked = new ArrayList<>(messages);
        boolean follows = !asked.isEmpty() && asked.getLast().role().equals(USER);
        asked.add(ChatMessage.user(follows ? asked.removeLast().content() + BETWEEN + question : question));
        return List.copyOf(asked);
    }

    private AnsweredQuestion listen(DemoQuestion question, Answer answer) {
        StringBuilder said = new StringBuilder();
        long askedNanos = System.nanoTime();
        long firstNanos = 0;
        for (Optional<String> piece = answer.next(); piece.isPresent(); piece = answer.next()) {
            firstNanos = said.isEmpty() ? System.nanoTime() : firstNanos;
            said.append(piece.get());
            screen.piece(piece.get());
        }
        long endNanos = System.nanoTime();
        firstNanos = said.isEmpty() ? endNanos : firstNanos;
        return new AnsweredQuestion(
                question,
                said.toString(),
                answer.promptTokens(),
                answer.completionTokens(),
                (firstNanos - askedNanos) / 1e9,
                (endNanos - firstNanos) / 1e9);
    }

    private static String times(AnsweredQuestion answer) {
        String read = answer.promptTokens().isPresent()
                ? String.format(
                        Locale.ROOT, "read %,d tokens, ", answer.promptTokens().getAsInt())
                : "";
        String written = answer.completionTokens().isPresent()
                ? String.format(
                        Locale.ROOT,
                        ", %d tokens in %.2f s",
                        answer.completionTokens().getAsInt(),
                        answer.secondsAfter())
                : "";
        return read + String.format(Locale.ROOT, "first token after %.2f s", answer.secondsToFirst()) + written;
    }
}
