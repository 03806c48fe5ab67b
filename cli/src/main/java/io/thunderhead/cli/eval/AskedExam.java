package io.thunderhead.cli.eval;

import io.thunderhead.corpus.Question;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.List;

/// Questions of one exam whose true answers stand in one sequence of tokens, so that one pass over it judges all.
///
/// @param ids the conversation with all answers but nothing after the last one's end token
/// @param answers by question; with the end token
record AskedExam(TokenIds ids, List<Question> questions, List<TokenSpan> answers) {
    AskedExam {
        questions = List.copyOf(questions);
        answers = List.copyOf(answers);
        if (questions.size() != answers.size()) {
            throw new IllegalArgumentException(questions.size() + " questions, " + answers.size() + " answers");
        }
    }
}
