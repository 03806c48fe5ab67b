package io.thunderhead.corpus;

import io.thunderhead.model.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A conversation's opening and the questions that are asked of it, one after the other.
///
/// @param tools OpenAI's tool objects
public record Exam(List<ChatMessage> opening, List<JsonNode> tools, List<Question> questions) {
    private static final String USER = "user";
    private static final String BETWEEN = "\n\n";

    public Exam {
        opening = List.copyOf(opening);
        tools = List.copyOf(tools);
        questions = List.copyOf(questions);
    }

    static Exam on(Document document, Opening opening, List<Draft> drafts) {
        List<Question> questions =
                drafts.stream().map(draft -> draft.in(document)).toList();
        return new Exam(opening.messages(document.text()), List.of(), questions);
    }

    /// The conversation up to the question at `index`, which the assistant is to answer next. A first question that
    /// follows a document of the user's stands in the same message.
    public List<ChatMessage> before(int index) {
        List<ChatMessage> messages = new ArrayList<>(opening);
        for (int i = 0; i <= index; i++) {
            if (i > 0) {
                messages.add(ChatMessage.text("assistant", questions.get(i - 1).answer()));
            }
            ask(questions.get(i).text(), messages);
        }
        return messages;
    }

    private static void ask(String text, List<ChatMessage> messages) {
        if (text.isEmpty()) {
            return;
        }
        if (messages.isEmpty() || !messages.getLast().role().equals(USER)) {
            messages.add(ChatMessage.text(USER, text));
        } else {
            messages.add(ChatMessage.text(USER, text(messages.removeLast()) + BETWEEN + text));
        }
    }

    /// The text of a message, its parts joined.
    public static String text(ChatMessage message) {
        StringBuilder text = new StringBuilder();
        for (ChatMessage.Part part : message.content()) {
            text.append(part instanceof ChatMessage.Text present ? present.text() : "");
        }
        return text.toString();
    }
}
