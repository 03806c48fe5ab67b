package io.thunderhead.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.tokenizer.ChatMessage;
import io.thunderhead.model.tokenizer.FunctionCalls;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExamsTest {
    /// Names, numbers of three digits or more, titles and codes: what an answer can only have from the conversation.
    private static final Pattern INVENTED =
            Pattern.compile("\"[^\"]+\"|[0-9a-f]{4,}(-[0-9a-f]{4,})+|[0-9]{3,}|(?<=[a-z,:] )[A-Z][a-z]+");
    private static final int TEMPLATE_TOKENS = 10;
    private static final Set<Task> FROM_NOWHERE = EnumSet.of(Task.NOT_STATED, Task.SMALL_TALK, Task.ACKNOWLEDGEMENT);
    private static final Set<String> PROPER =
            Set.of("Thunderhead", "Chinese", "English", "January", "February", "March");

    private final Exams train = new Exams(Split.TRAIN, ExamsTest::words);
    private final Exams test = new Exams(Split.TEST, ExamsTest::words);

    @Test
    void sameSeedSameExam() {
        for (long index = 0; index < 50; index++) {
            Exam exam = train.mixed(Mix.standard(), 9, index, 1000);

            assertThat(train.mixed(Mix.standard(), 9, index, 1000)).isEqualTo(exam);
            assertThat(train.mixed(Mix.standard(), 10, index, 1000)).isNotEqualTo(exam);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 1000, 4000, 16_000})
    void whatAnAnswerSaysStandsInTheConversation(int tokens) {
        for (long index = 0; index < 200_000 / tokens; index++) {
            Exam exam = train.mixed(Mix.standard(), 1, index, tokens);
            for (int i = 0; i < exam.questions().size(); i++) {
                Question question = exam.questions().get(i);
                if (!FROM_NOWHERE.contains(question.task())) {
                    String before = text(exam, i);
                    assertThat(invented(question.answer()))
                            .as(question.answer())
                            .allMatch(before::contains);
                }
            }
        }
    }

    @Test
    void whatIsNotStatedStandsNowhere() {
        int seen = 0;
        for (long index = 0; index < 400; index++) {
            Exam exam = test.of(Set.of(Task.NOT_STATED, Task.SIZE, Task.NEEDLE), 2, index, 600);
            for (Question question : exam.questions()) {
                if (question.task() == Task.NOT_STATED) {
                    seen++;
                    String document = text(exam.opening());
                    assertThat(invented(question.text()))
                            .as(question.text())
                            .isNotEmpty()
                            .noneMatch(document::contains);
                    assertThat(invented(question.answer())).allMatch(question.text()::contains);
                }
            }
        }
        assertThat(seen).isGreaterThan(100);
    }

    @Test
    void splitsShareNoDocumentNames() {
        Set<String> trainNames = namesOf(train);

        assertThat(namesOf(test)).doesNotContainAnyElementsOf(trainNames);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 4000, 16_000, 64_000})
    void documentsComeNearTheLengthFromBelow(int tokens) {
        for (Task task : List.of(Task.DATA_SETS, Task.NEEDLE)) {
            for (long index = 0; index < 12; index++) {
                Exam exam = test.of(Set.of(task), 3, index, tokens);
                int messages = exam.opening().size() + 2 * exam.questions().size();
                int length = words(text(exam, -1)) + TEMPLATE_TOKENS * messages;
                assertThat(length).as(task + " " + index).isBetween(tokens * 85 / 100, tokens);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NEEDLE", "NEEDLE_TWO_HOP", "DATA_SETS", "DATA_SETS_AND_SIZES", "SIZE", "AUTHORS", "USED_BY"})
    void asksForWhatStandsNearTheDepth(Task task) {
        for (int bin = 0; bin < 10; bin++) {
            double depth = bin / 10.0 + 0.05;
            double sum = 0;
            for (long index = 0; index < 20; index++) {
                Exam exam = test.at(depth, task, 4, index, 16_000);
                assertThat(exam.questions()).hasSize(1);
                assertThat(exam.questions().getFirst().task()).isEqualTo(task);
                sum += Math.abs(exam.questions().getFirst().depth() - depth);
            }
            assertThat(sum / 20).as("mean distance from depth " + depth).isLessThan(0.05);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyTaskCanBeTheLastQuestion(Task task) {
        for (long index = 0; index < 20; index++) {
            Exam exam = test.at(0.3, task, 8, index, 2000);

            assertThat(exam.questions().getLast().task()).isEqualTo(task);
        }
    }

    @Test
    void depthIsWhereTheFactStands() {
        for (long index = 0; index < 20; index++) {
            Exam exam = test.at(0.5, Task.SIZE, 6, index, 8000);
            String document = text(exam.opening());
            Matcher answer = Pattern.compile("data set (\\w+) has (\\d+) ")
                    .matcher(exam.questions().getFirst().answer());
            assertThat(answer.find()).isTrue();
            Matcher fact = Pattern.compile(answer.group(1) + "[^.]* " + answer.group(2) + " ")
                    .matcher(document);
            assertThat(fact.find()).isTrue();

            double depth = exam.questions().getFirst().depth();
            assertThat(fact.start() / (double) document.length()).isBetween(depth - 0.03, depth + 0.03);
        }
    }

    @Test
    void everyTaskIsAsked() {
        Set<Task> asked = EnumSet.noneOf(Task.class);
        for (long index = 0; index < 300; index++) {
            train.mixed(Mix.standard(), 5, index, 1000).questions().forEach(question -> asked.add(question.task()));
        }

        assertThat(asked).containsAll(EnumSet.allOf(Task.class));
    }

    @Test
    void aCorrectedValueCounts() {
        int seen = 0;
        for (long index = 0; index < 100; index++) {
            Exam exam = test.of(Set.of(Task.CORRECTION), 7, index, 1000);
            for (Question question : exam.questions()) {
                if (question.task() == Task.CORRECTION) {
                    seen++;
                    List<String> corrections = exam.questions().stream()
                            .map(Question::answer)
                            .filter(answer -> answer.startsWith("Thank you for the correction. "))
                            .map(answer -> answer.substring("Thank you for the correction. ".length()))
                            .filter(answer -> begin(answer).equals(begin(question.answer())))
                            .toList();
                    assertThat(corrections.getLast()).isEqualTo(question.answer());
                }
            }
        }
        assertThat(seen).isGreaterThan(100);
    }

    @Test
    void aCallIsReadBackAsTheServerReadsIt() {
        for (long index = 0; index < 200; index++) {
            Exam exam = train.of(Set.of(Task.TOOL_CALL), 8, index, 500);
            FunctionCalls calls =
                    FunctionCalls.parse(exam.questions().getFirst().answer());

            assertThat(calls.text()).isEmpty();
            assertThat(calls.calls()).hasSize(1);
            String name = calls.calls().getFirst().name();
            assertThat(exam.tools())
                    .anyMatch(tool ->
                            tool.path("function").path("name").asString().equals(name));
        }
    }

    private static Set<String> namesOf(Exams exams) {
        Set<String> names = new HashSet<>();
        for (long index = 0; index < 100; index++) {
            Exam exam = exams.of(Set.of(Task.DATA_SETS, Task.SIZE, Task.NEEDLE, Task.AUTHORS), 1, index, 2000);
            Matcher matcher = Pattern.compile("(?<=[a-z,:] )[A-Z][a-z]+")
                    .matcher(text(exam.opening()).replaceAll("\"[^\"]+\"", ""));
            while (matcher.find()) {
                names.add(matcher.group());
            }
        }
        names.removeAll(PROPER);
        return names;
    }

    private static List<String> invented(String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = INVENTED.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        found.removeIf(word -> PROPER.stream().anyMatch(word::contains));
        return found;
    }

    /// All that stands before the answer at `index`; -1 for the whole conversation.
    private static String text(Exam exam, int index) {
        int last = exam.questions().size() - 1;
        String text = text(exam.before(index < 0 ? last : index)) + exam.tools();
        return index < 0 ? text + exam.questions().get(last).answer() : text;
    }

    private static String text(List<ChatMessage> messages) {
        return messages.stream()
                .map(message -> Exam.text(message) + message.toolCalls())
                .collect(Collectors.joining("\n"));
    }

    private static String begin(String answer) {
        return answer.substring(0, Math.min(12, answer.length()));
    }

    /// Stands in for a tokenizer's count.
    private static int words(String text) {
        return text.length() / 4 + 1;
    }
}
