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
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import io.thunderhead.client.ChatMessage;
import io.thunderhead.client.GenerationRequest;
import io.thunderhead.client.GenerationResult;
import io.thunderhead.client.Prompt;
import io.thunderhead.client.Sampling;
import io.thunderhead.client.ThunderheadClient;
import io.thunderhead.model.testing.Goldens;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

/// Unmodified clients get the same greedy answer from a running cluster, whichever they are.
class ClientsIT {
    private static final String QUESTION = "Which data sets does the paper use?";
    private static final int ANSWER_TOKENS = 16;
    private static LocalCluster cluster;
    private static String expected;

    @BeforeAll
    static void start() {
        cluster = LocalCluster.inProcess(Goldens.checkpointWithTokenizer(Goldens.VL_TINY), 2, 2, Map.of());
        try (ApiProbe probe = new ApiProbe()) {
            expected = probe.post(
                            cluster.uri("/v1/chat/completions"),
                            Map.of(
                                    "model",
                                    "golden",
                                    "messages",
                                    new Object[] {Map.of("role", "user", "content", QUESTION)},
                                    "temperature",
                                    0,
                                    "max_tokens",
                                    ANSWER_TOKENS))
                    .body()
                    .at("/choices/0/message/content")
                    .asString();
        }
        assertThat(expected).isNotEmpty();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void openAiJavaStreamsAChat() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(cluster.uri("/v1").toString())
                .apiKey("none")
                .build();
        ChatCompletionCreateParams params = ChatCompletionCreateParams.builder()
                .model("golden")
                .addUserMessage(QUESTION)
                .temperature(0)
                .maxCompletionTokens(ANSWER_TOKENS)
                .build();
        ChatCompletionAccumulator answer = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(params)) {
            chunks.stream().forEach(answer::accumulate);
        }
        assertThat(answer.chatCompletion().choices().getFirst().message().content())
                .contains(expected);
        client.close();
    }

    @Test
    void langChain4jStreamsAChat() throws Exception {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        OpenAiStreamingChatModel.builder()
                .baseUrl(cluster.uri("/v1").toString())
                .apiKey("none")
                .modelName("golden")
                .temperature(0.0)
                .maxTokens(ANSWER_TOKENS)
                .build()
                .chat(
                        ChatRequest.builder()
                                .messages(UserMessage.from(QUESTION))
                                .build(),
                        new StreamingChatResponseHandler() {
                            @Override
                            public void onPartialResponse(String text) {
                                assertThat(text).isNotEmpty();
                            }

                            @Override
                            public void onCompleteResponse(ChatResponse response) {
                                answer.complete(response);
                            }

                            @Override
                            public void onError(Throwable error) {
                                answer.completeExceptionally(error);
                            }
                        });
        assertThat(answer.get(60, TimeUnit.SECONDS).aiMessage().text()).isEqualTo(expected);
    }

    @Test
    void springAiStreamsAChat() {
        OpenAiChatOptions options = OpenAiChatOptions.builder()
                .baseUrl(cluster.uri("/v1").toString())
                .apiKey("none")
                .model("golden")
                .temperature(0.0)
                .maxTokens(ANSWER_TOKENS)
                .build();
        List<String> pieces = OpenAiChatModel.builder().options(options).build().stream(QUESTION)
                .collectList()
                .block(Duration.ofSeconds(60));
        assertThat(pieces).isNotNull();
        assertThat(String.join("", pieces)).isEqualTo(expected);
    }

    @Test
    void ownClientGenerates() {
        try (ThunderheadClient client = ThunderheadClient.connect(cluster.grpc())) {
            GenerationResult answer = client.generate(GenerationRequest.builder(Prompt.chat(ChatMessage.user(QUESTION)))
                    .sampling(Sampling.GREEDY)
                    .maxTokens(ANSWER_TOKENS)
                    .build());
            assertThat(answer.text()).isEqualTo(expected);
        }
    }
}
