package io.thunderhead.corpus.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.corpus.Task;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.testing.Goldens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class ExamStreamTest {
    private final ChatTokens chat = ChatTokens.read(Goldens.path("tokenizer"));
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void saysWhereTheAnswersStand() throws IOException {
        List<String> lines = lines(EnumSet.allOf(Task.class), 30);

        assertThat(lines).hasSize(30).allSatisfy(line -> {
            JsonNode exam = json.readTree(line);
            int[] ids =
                    exam.path("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
            assertThat(exam.path("length").intValue()).isEqualTo(1000);
            assertThat(exam.path("questions")).isNotEmpty().allSatisfy(question -> {
                int start = question.path("start").intValue();
                int end = question.path("end").intValue();
                int[] answer = Arrays.copyOfRange(ids, start, end);
                assertThat(chat.tokenizer().decode(answer, false))
                        .isEqualTo(question.path("answer").asString() + "<end_of_sentence>");
            });
        });
    }

    @Test
    void listsTheWantedTasksOnly() throws IOException {
        for (String line : lines(EnumSet.of(Task.MEMORY, Task.SIZE), 30)) {
            assertThat(json.readTree(line).path("questions"))
                    .isNotEmpty()
                    .allMatch(question -> Set.of("MEMORY", "SIZE")
                            .contains(question.path("task").asString()));
        }
    }

    private List<String> lines(Set<Task> tasks, int count) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ExamStream(chat, Split.TEST, tasks, 1000).write(1, count, out);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
