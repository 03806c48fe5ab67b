package io.thunderhead.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.Task;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExamTokenizerTest {
    private static final Path MODEL = Goldens.shipped("golden-tiny");
    private static final List<Question> TWO_QUESTIONS = List.of(
            new Question(Task.SMALL_TALK, Double.NaN, "Hello.", "Good day."),
            new Question(Task.SMALL_TALK, Double.NaN, "And again?", "Good day again."));

    private final ExamTokenizer tokenizer = ExamTokenizer.of(MODEL);

    @Test
    void oneSequenceHoldsAllAnswersWithTheirEnds() {
        List<AskedExam> asked = tokenizer.tokenize(new Exam(List.of(), List.of(), TWO_QUESTIONS));

        assertThat(asked).hasSize(1);
        AskedExam exam = asked.getFirst();
        Tokenizer plain = TokenizerReader.read(MODEL).orElseThrow();
        assertThat(exam.answers())
                .extracting(
                        span -> plain.decode(Arrays.copyOfRange(exam.ids().toArray(), span.start(), span.end()), false))
                .containsExactly("Good day.<end_of_sentence>", "Good day again.<end_of_sentence>");
    }

    @Test
    void toolsStandAfterTheConversationSoEveryQuestionIsASequence() {
        JsonNode tool = JsonMapper.shared()
                .readTree(
                        "{\"type\":\"function\",\"function\":{\"name\":\"now\",\"parameters\":{\"type\":\"object\"}}}");

        List<AskedExam> asked = tokenizer.tokenize(new Exam(List.of(), List.of(tool), TWO_QUESTIONS));

        assertThat(asked).hasSize(2);
        assertThat(asked).allSatisfy(exam -> assertThat(exam.answers()).hasSize(1));
    }

    @Test
    void needsATokenizer(@TempDir Path folder) {
        assertThatThrownBy(() -> ExamTokenizer.of(folder)).hasMessageContaining("expected a tokenizer.json");
    }
}
