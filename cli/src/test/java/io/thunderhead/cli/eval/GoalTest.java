package io.thunderhead.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.Task;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class GoalTest {
    private static final int LENGTH = 1024;

    private final Tally tally = new Tally(2);

    @Test
    void everyDepthWantsQuestionsAtEachDepthOfThisLength() {
        Goal goal = new Goal.EveryDepth(2, 2);
        ask(Task.NEEDLE, 0.1, 2);
        ask(Task.NEEDLE, 0.9, 1);
        tally.add(4096, question(Task.NEEDLE, 0.9), true);

        assertThat(goal.reached(tally, LENGTH)).isFalse();
        assertThat(goal.progress(tally, LENGTH)).startsWith("1 of 2 questions");

        ask(Task.NEEDLE, 0.9, 1);
        assertThat(goal.reached(tally, LENGTH)).isTrue();
    }

    @Test
    void everyTaskWantsQuestionsOfEachTask() {
        Goal goal = new Goal.EveryTask(EnumSet.of(Task.MEMORY, Task.NOT_STATED), 1);
        ask(Task.MEMORY, Double.NaN, 3);

        assertThat(goal.reached(tally, LENGTH)).isFalse();

        ask(Task.NOT_STATED, Double.NaN, 1);
        assertThat(goal.reached(tally, LENGTH)).isTrue();
    }

    private void ask(Task task, double depth, int times) {
        for (int i = 0; i < times; i++) {
            tally.add(LENGTH, question(task, depth), i % 2 == 0);
        }
    }

    private static Question question(Task task, double depth) {
        return new Question(task, depth, "question", "answer");
    }
}
