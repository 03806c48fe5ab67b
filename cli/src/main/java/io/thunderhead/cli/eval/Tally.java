package io.thunderhead.cli.eval;

import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What was measured so far. Owned by the evaluating thread.
final class Tally {
    /// Of a question whose answer stands nowhere in the document.
    static final int NOWHERE = -1;

    private static final int MISSES_MAX = 100;

    private final int depths;
    private final Map<Key, Count> counts = new TreeMap<>(
            Comparator.comparingInt(Key::length).thenComparing(Key::task).thenComparingInt(Key::depth));
    private final Map<Integer, LengthRun> runs = new TreeMap<>();
    private final List<Miss> misses = new ArrayList<>();

    /// @param depths parts of equal size that a document is divided into
    Tally(int depths) {
        this.depths = depths;
    }

    /// @param depth part of the document in which the answer stands, from 0, or [#NOWHERE]
    record Key(int length, Task task, int depth) {}

    /// What one length took.
    ///
    /// @param tokens of all requests
    record LengthRun(int exams, long tokens, double seconds) {
        static final LengthRun NONE = new LengthRun(0, 0, 0);

        LengthRun plus(LengthRun other) {
            return new LengthRun(exams + other.exams, tokens + other.tokens, seconds + other.seconds);
        }
    }

    /// An answer that was not exact.
    record Miss(int length, Task task, double depth, String question, String expected) {}

    void add(int length, Question question, boolean exact) {
        Key key = new Key(length, question.task(), depthOf(question));
        counts.merge(key, Count.NONE.plus(exact), Count::plus);
        if (!exact && misses.size() < MISSES_MAX) {
            misses.add(new Miss(length, question.task(), question.depth(), question.text(), question.answer()));
        }
    }

    void addRun(int length, LengthRun run) {
        runs.merge(length, run, LengthRun::plus);
    }

    /// The sum over all cells that the condition takes.
    Count count(Predicate<Key> condition) {
        Count sum = Count.NONE;
        for (Map.Entry<Key, Count> entry : counts.entrySet()) {
            sum = condition.test(entry.getKey()) ? sum.plus(entry.getValue()) : sum;
        }
        return sum;
    }

    Map<Key, Count> counts() {
        return counts;
    }

    Map<Integer, LengthRun> runs() {
        return runs;
    }

    List<Miss> misses() {
        return misses;
    }

    private int depthOf(Question question) {
        return Double.isNaN(question.depth()) ? NOWHERE : Math.clamp((int) (question.depth() * depths), 0, depths - 1);
    }
}
