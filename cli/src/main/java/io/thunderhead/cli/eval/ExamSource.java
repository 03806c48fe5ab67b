package io.thunderhead.cli.eval;

import io.thunderhead.corpus.Exam;

/// Where exams come from.
interface ExamSource {
    /// The exam of this number; its conversation has about `tokens` tokens.
    Exam exam(int tokens, long index);
}
