package io.thunderhead.cli.eval;

import io.thunderhead.cli.terminal.Progress;
import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Task;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Makes exams, has them judged and counts, length by length, until each has been asked enough.
///
/// @param tasks that count; questions of others are part of the conversation only
record Evaluation(ExamSource source, ExamTokenizer tokenizer, Judge judge, Set<Task> tasks, Goal goal) {
    /// A goal that the exams hardly ever serve (a depth at which few facts stand) ends here.
    private static final int EXAMS_MAX = 20_000;

    Evaluation {
        tasks = Set.copyOf(tasks);
    }

    /// Throws `ServingException`; what was counted until then stays in the tally.
    void run(List<Integer> lengths, Tally tally, Progress progress) {
        for (int length : lengths) {
            for (int index = 0; index < EXAMS_MAX && !goal.reached(tally, length); index++) {
                progress.show(line(length, index, tally));
                judge(length, source.exam(length, index), tally);
            }
        }
    }

    private void judge(int length, Exam exam, Tally tally) {
        for (AskedExam asked : tokenizer.tokenize(exam)) {
            if (asked.questions().stream().noneMatch(question -> tasks.contains(question.task()))) {
                continue;
            }
            long startNanos = System.nanoTime();
            List<Boolean> exact = judge.judge(asked);
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            for (int i = 0; i < exact.size(); i++) {
                if (tasks.contains(asked.questions().get(i).task())) {
                    tally.add(length, asked.questions().get(i), exact.get(i));
                }
            }
            tally.addRun(length, new Tally.LengthRun(1, asked.ids().size(), seconds));
        }
    }

    private String line(int length, int index, Tally tally) {
        Count all = tally.count(key -> key.length() == length);
        String exact = all.asked() == 0
                ? ""
                : String.format(Locale.ROOT, ", %d of %d exact (%.1f %%)", all.exact(), all.asked(), 100 * all.share());
        return Lengths.shown(length) + ": exam " + (index + 1) + exact + "; " + goal.progress(tally, length);
    }
}
