package io.thunderhead.corpus.stream;

import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.Task;
import io.thunderhead.corpus.words.Split;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Exams as JSON lines: the ids of a whole conversation, and where in them the true answers stand.
final class ExamStream {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ChatTokens chat;
    private final CachedEncoder encoder;
    private final Exams exams;
    private final Set<Task> tasks;
    private final int length;

    ExamStream(ChatTokens chat, Split split, Set<Task> tasks, int length) {
        this.chat = chat;
        this.encoder = new CachedEncoder(chat.tokenizer());
        this.exams = new Exams(split, encoder::count);
        this.tasks = tasks;
        this.length = length;
    }

    /// An exam without a question of these tasks is passed over.
    void write(long seed, long count, OutputStream out) throws IOException {
        long written = 0;
        for (long index = 0; written < count; index++) {
            Exam exam = exams.of(tasks, seed, index, length);
            if (exam.questions().stream().anyMatch(question -> tasks.contains(question.task()))) {
                out.write((line(exam) + "\n").getBytes(StandardCharsets.UTF_8));
                written++;
            }
        }
    }

    private ObjectNode line(Exam exam) {
        ChatTokens.Marked marked = chat.tokens(exam, encoder);
        ObjectNode line = JSON.objectNode();
        ArrayNode ids = line.putArray("ids");
        for (int i = 0; i < marked.ids().size(); i++) {
            ids.add(marked.ids().get(i));
        }
        line.put("length", length);
        ArrayNode questions = line.putArray("questions");
        int first = exam.questions().size() - marked.answers().size();
        for (int i = 0; i < marked.answers().size(); i++) {
            Question question = exam.questions().get(first + i);
            if (tasks.contains(question.task())) {
                questions.add(question(question, marked.answers().get(i)));
            }
        }
        return line;
    }

    private static ObjectNode question(Question question, ChatTokens.Range answer) {
        ObjectNode node = JSON.objectNode().put("task", question.task().name());
        if (Double.isNaN(question.depth())) {
            node.putNull("depth");
        } else {
            node.put("depth", Math.round(question.depth() * 10_000) / 10_000.0);
        }
        return node.put("start", answer.start()).put("end", answer.end()).put("answer", question.answer());
    }
}
