package io.thunderhead.cli.eval;

import java.util.List;

/// Finds out which answers of an exam the served model gives exactly, each after the true answers before it.
interface Judge {
    /// One for each question. Throws `ServingException`, CANCELLED when the thread is interrupted.
    List<Boolean> judge(AskedExam exam);
}
