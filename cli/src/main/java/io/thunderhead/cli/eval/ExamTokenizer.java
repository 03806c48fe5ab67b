package io.thunderhead.cli.eval;

import io.thunderhead.cli.api.ApiConnection;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Question;
import io.thunderhead.model.tokenizer.ChatFormat;
import io.thunderhead.model.tokenizer.ChatMessage;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Exams as the model sees them: by the checkpoint's own tokenizer and chat template, as a server would. Thread-safe.
final class ExamTokenizer {
    private static final String PROBE = "Hello, 你好: 1 + 1?";

    private final Tokenizer tokenizer;
    private final ChatFormat format;
    private final int endTokenId;

    ExamTokenizer(Tokenizer tokenizer, ChatFormat format) {
        this.tokenizer = tokenizer;
        this.format = format;
        this.endTokenId = tokenizer
                .endTokenId()
                .orElseThrow(
                        () -> new ServingException(ErrorCode.CHECKPOINT_INVALID, "the tokenizer has no end token"));
    }

    /// @param checkpoint a folder with tokenizer.json and a chat template
    static ExamTokenizer of(Path checkpoint) {
        Tokenizer tokenizer = TokenizerReader.read(checkpoint)
                .orElseThrow(() ->
                        new ServingException(ErrorCode.CHECKPOINT_INVALID, checkpoint + ": expected a tokenizer.json"));
        return new ExamTokenizer(tokenizer, ChatFormat.read(checkpoint, Clock.systemUTC()));
    }

    int count(String text) {
        return tokenizer.encode(text).length;
    }

    /// Mostly one; a question whose prompt does not go on where the answer before ended (templates put tools after the
    /// conversation) begins another.
    List<AskedExam> tokenize(Exam exam) {
        List<AskedExam> asked = new ArrayList<>();
        int[] ids = new int[0];
        List<Question> questions = new ArrayList<>();
        List<TokenSpan> answers = new ArrayList<>();
        for (int i = 0; i < exam.questions().size(); i++) {
            int[] prompt = prompt(exam, i);
            if (!startsWith(prompt, ids)) {
                asked.add(new AskedExam(TokenIds.of(ids), questions, answers));
                questions.clear();
                answers.clear();
            }
            Question question = exam.questions().get(i);
            ids = answered(prompt, question.answer());
            questions.add(question);
            answers.add(new TokenSpan(prompt.length, ids.length));
        }
        if (!questions.isEmpty()) {
            asked.add(new AskedExam(TokenIds.of(ids), questions, answers));
        }
        return asked;
    }

    /// Throws INVALID_REQUEST if the server, which may be another's, reads conversations otherwise.
    void checkAgainst(ApiConnection api, String model) {
        ObjectNode body = JsonMapper.shared().createObjectNode().put("model", model);
        body.putArray("messages").addObject().put("role", "user").put("content", PROBE);
        int[] served = api.post("/tokenize", body)
                .path("tokens")
                .valueStream()
                .mapToInt(JsonNode::asInt)
                .toArray();
        if (!Arrays.equals(
                served, tokenizer.encode(format.render(List.of(ChatMessage.text("user", PROBE)), List.of(), true)))) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "the tokenizer or the chat template of " + model + " at " + api.server()
                            + " is another: expected the folder of its checkpoint as --model");
        }
    }

    private int[] prompt(Exam exam, int index) {
        return tokenizer.encode(format.render(exam.before(index), exam.tools(), true));
    }

    private int[] answered(int[] prompt, String answer) {
        int[] said = tokenizer.encode(answer);
        int[] ids = Arrays.copyOf(prompt, prompt.length + said.length + 1);
        System.arraycopy(said, 0, ids, prompt.length, said.length);
        ids[ids.length - 1] = endTokenId;
        return ids;
    }

    private static boolean startsWith(int[] ids, int[] beginning) {
        return ids.length >= beginning.length
                && Arrays.equals(ids, 0, beginning.length, beginning, 0, beginning.length);
    }
}
