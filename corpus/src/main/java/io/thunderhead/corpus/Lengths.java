package io.thunderhead.corpus;

import io.thunderhead.model.tokenizer.ChatMessage;
import java.util.List;
import java.util.function.ToIntFunction;

/// What the parts of a conversation cost in tokens, with the template's own around each message.
record Lengths(ToIntFunction<String> counter) {
    /// Begin and end of the message, the role's header, line breaks: ten in most vocabularies.
    private static final int MESSAGE_TOKENS = 10;

    int of(String text) {
        return text.isEmpty() ? 0 : counter.applyAsInt(text) + MESSAGE_TOKENS;
    }

    int of(List<ChatMessage> messages) {
        return messages.stream().mapToInt(message -> of(Exam.text(message))).sum();
    }

    int of(Question question) {
        return of(question.text()) + of(question.answer());
    }

    /// What remains for a document in a conversation of `tokens`.
    int left(int tokens, Opening opening, List<Draft> drafts) {
        int questions = drafts.stream()
                .mapToInt(draft -> of(draft.text()) + of(draft.answer()))
                .sum();
        return tokens - of(opening.messages("")) - questions - MESSAGE_TOKENS;
    }
}
