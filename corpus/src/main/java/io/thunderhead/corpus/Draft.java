package io.thunderhead.corpus;

import java.util.List;

/// A question before its document is written.
///
/// @param facts that its answer rests on; none if the document does not say it
record Draft(Task task, List<Fact> facts, String text, String answer) {
    Question in(Document document) {
        return new Question(task, facts.isEmpty() ? Double.NaN : document.depth(facts), text, answer);
    }
}
