package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.openai.OpenAiChatModel;
import io.thunderhead.corpus.Papers;
import io.thunderhead.corpus.Question;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What this architecture is for: ten papers in one prompt, and the question which data sets each of them uses and how
/// large they are, asked through unmodified clients of a cluster over sockets and checked against the truth.
class DemoModelIT {
    private static final int ANSWER_TOKENS_MAX = 200;
    private static LocalCluster cluster;
    private static Papers papers;

    @BeforeAll
    static void start() {
        Tokenizer tokenizer = TokenizerReader.read(DemoModel.FOLDER).orElseThrow();
        papers = Papers.make(Split.TEST, 1, 10, 4096, text -> tokenizer.encode(text).length);
        cluster = LocalCluster.start(DemoModel.FOLDER, 2, 2, Map.of());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void openAiJavaAsksAboutEveryPaperInOneConversation() {
        List<Question> questions = questions();
        ChatCompletionCreateParams.Builder conversation = ChatCompletionCreateParams.builder()
                .model("golden")
                .temperature(0)
                .maxCompletionTokens(ANSWER_TOKENS_MAX)
                .addUserMessage(opening());
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(cluster.uri("/v1").toString())
                .apiKey("none")
                .timeout(Duration.ofSeconds(90))
                .build();
        for (int i = 0; i < questions.size(); i++) {
            if (i > 0) {
                conversation.addUserMessage(questions.get(i).text());
            }
            String answer = streamed(client, conversation.build());
            assertThat(answer).isEqualTo(questions.get(i).answer());
            conversation.addAssistantMessage(answer);
        }
        client.close();
    }

    @Test
    void langChain4jAsksTheFirstQuestion() {
        String answer = OpenAiChatModel.builder()
                .baseUrl(cluster.uri("/v1").toString())
                .apiKey("none")
                .modelName("golden")
                .temperature(0.0)
                .maxTokens(ANSWER_TOKENS_MAX)
                .timeout(Duration.ofSeconds(90))
                .build()
                .chat(ChatRequest.builder()
                        .messages(UserMessage.from(opening()))
                        .build())
                .aiMessage()
                .text();

        assertThat(answer).isEqualTo(questions().getFirst().answer());
    }

    private static List<Question> questions() {
        return papers.papers().stream().map(papers::dataSetsAndSizes).toList();
    }

    /// The document and the first question, which stands in the same message.
    private static String opening() {
        return papers.text() + "\n\n" + questions().getFirst().text();
    }

    private static String streamed(OpenAIClient client, ChatCompletionCreateParams params) {
        ChatCompletionAccumulator answer = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(params)) {
            chunks.stream().forEach(answer::accumulate);
        }
        return answer.chatCompletion().choices().getFirst().message().content().orElse("");
    }
}
