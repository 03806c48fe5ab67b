package io.thunderhead.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.cli.api.ApiConnection;
import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.node.ClusterNodes;
import io.thunderhead.cli.node.RunningNode;
import io.thunderhead.cli.settings.ThunderheadSchema;
import io.thunderhead.core.config.ConfigLayer;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.Task;
import io.thunderhead.model.testing.Goldens;
import io.thunderhead.model.tokenizer.ChatMessage;
import io.thunderhead.model.tokenizer.TokenIds;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Both judges against a real cluster. Its weights are random, so the true answers are what it says anyway.
@Timeout(120)
class JudgesIT {
    private static final Path MODEL = Goldens.checkpointWithTokenizer(Goldens.VL_TINY);
    private static final int ANSWER_TOKENS = 5;
    private static final int VOCABULARY = 1000;

    private static RunningNode cluster;
    private static ApiConnection api;

    private final Random random = new Random(11);

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        CompletableFuture<ChildStatus> ready = new CompletableFuture<>();
        Map<String, String> settings = Map.of(
                "model.dir", MODEL.toString(),
                "model.name", "tiny",
                "kernels.threads", "1",
                "node.memory", "1GiB",
                "cluster.attention-workers", "1",
                "cluster.expert-workers", "1",
                "http.host", "127.0.0.1",
                "http.port", "0",
                "grpc.host", "127.0.0.1",
                "grpc.port", "0");
        cluster = new ClusterNodes()
                .startAll(ThunderheadSchema.SCHEMA.bind(ConfigLayer.of("the test", settings)), status -> {
                    if (status.ready()) {
                        ready.complete(status);
                    }
                });
        String http = ready.get(60, TimeUnit.SECONDS).addresses().get("http");
        api = new ApiConnection(URI.create(String.valueOf(http)), Duration.ofSeconds(60));
    }

    @AfterAll
    static void stop() {
        api.close();
        cluster.close();
    }

    @Test
    void scoringSaysWhatGeneratingSays() {
        int[] ids = randomIds(30);
        List<Question> questions = new ArrayList<>();
        List<TokenSpan> spans = new ArrayList<>();
        List<Boolean> expected = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids = withQuestion(ids);
            int[] answer = upToARepeat(greedy(ids));
            boolean exact = i % 3 != 2;
            if (!exact) {
                answer[random.nextInt(answer.length)] = random.nextInt(VOCABULARY);
            }
            spans.add(new TokenSpan(ids.length, ids.length + answer.length));
            questions.add(new Question(Task.NEEDLE, 0.5, "?", "!"));
            expected.add(exact);
            ids = joined(ids, answer);
        }
        AskedExam exam = new AskedExam(TokenIds.of(ids), questions, spans);

        assertThat(new ScoringJudge(api, "tiny").judge(exam)).isEqualTo(expected);
        assertThat(new GeneratingJudge(api, "tiny").judge(exam)).isEqualTo(expected);
    }

    @Test
    void tokenizesConversationsAsTheServerDoes() {
        ExamTokenizer tokenizer = ExamTokenizer.of(MODEL);
        Exam exam = new Exam(
                List.of(ChatMessage.text("user", "Velora has 120 images.")),
                List.of(),
                List.of(
                        new Question(Task.SIZE, 0, "How large is Velora?", "It has 120 images."),
                        new Question(Task.MEMORY, 0, "And again?", "120.")));

        List<AskedExam> asked = tokenizer.tokenize(exam);

        tokenizer.checkAgainst(api, "tiny");
        assertThat(asked).hasSize(1);
        int[] ids = asked.getFirst().ids().toArray();
        TokenSpan last = asked.getFirst().answers().getLast();
        ObjectNode body = JsonMapper.shared().createObjectNode().put("model", "tiny");
        body.putArray("messages")
                .add(message("user", "Velora has 120 images.\n\nHow large is Velora?"))
                .add(message("assistant", "It has 120 images."))
                .add(message("user", "And again?"));
        assertThat(Arrays.copyOf(ids, last.start())).isEqualTo(ids(api.post("/tokenize", body), "tokens"));
        assertThat(last.end()).isEqualTo(ids.length);
    }

    @Test
    void noticesAnotherTokenizer() throws IOException {
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            String text = Files.readString(MODEL.resolve(file));
            Files.writeString(folder.resolve(file), text.replace("ai name=assistant", "somebody"));
        }

        assertThatThrownBy(() -> ExamTokenizer.of(folder).checkAgainst(api, "tiny"))
                .hasMessageContaining("the chat template of tiny")
                .hasMessageContaining("--model");
    }

    @Test
    void anInterruptCancelsTheRequest() {
        AskedExam exam = new AskedExam(
                TokenIds.of(randomIds(2000)),
                List.of(new Question(Task.NEEDLE, 0.5, "?", "!")),
                List.of(new TokenSpan(1990, 2000)));
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> new ScoringJudge(api, "tiny").judge(exam))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
    }

    /// Random ids after these, until the model answers in tokens that its tokenizer has: its vocabulary is padded.
    private int[] withQuestion(int[] ids) {
        int[] asked = joined(ids, randomIds(6));
        while (Arrays.stream(greedy(asked)).anyMatch(id -> id >= VOCABULARY)) {
            asked = joined(ids, randomIds(6));
        }
        return asked;
    }

    private static int[] greedy(int[] prompt) {
        ObjectNode body = JsonMapper.shared()
                .createObjectNode()
                .put("model", "tiny")
                .put("max_tokens", ANSWER_TOKENS)
                .put("temperature", 0)
                .put("ignore_eos", true)
                .put("return_token_ids", true);
        body.set("prompt", JsonMapper.shared().valueToTree(prompt));
        return ids(api.post("/v1/completions", body).path("choices").path(0), "token_ids");
    }

    private static int[] ids(JsonNode node, String name) {
        return node.path(name).valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    /// The last token ends the answer, so it must not come earlier.
    private static int[] upToARepeat(int[] tokens) {
        int length = 1;
        while (length < tokens.length && !contains(tokens, length, tokens[length])) {
            length++;
        }
        return Arrays.copyOf(tokens, length);
    }

    private static boolean contains(int[] tokens, int count, int token) {
        return Arrays.stream(tokens).limit(count).anyMatch(earlier -> earlier == token);
    }

    private static ObjectNode message(String role, String content) {
        return JsonMapper.shared().createObjectNode().put("role", role).put("content", content);
    }

    private int[] randomIds(int count) {
        return random.ints(count, 0, VOCABULARY).toArray();
    }

    private static int[] joined(int[] first, int[] second) {
        int[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
