package io.thunderhead.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.corpus.words.Split;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Exams that ask for chosen tasks.
class AskingTest {
    private final Exams exams = new Exams(Split.TEST, text -> text.length() / 4 + 1);

    @ParameterizedTest
    @EnumSource(Task.class)
    void everyTaskIsAskedFor(Task task) {
        Set<Task> asked = IntStream.range(0, 40)
                .mapToObj(index -> exams.asking(EnumSet.of(task), 5, index, 1500))
                .flatMap(exam -> exam.questions().stream())
                .map(Question::task)
                .collect(Collectors.toSet());

        assertThat(asked).contains(task);
    }
}
