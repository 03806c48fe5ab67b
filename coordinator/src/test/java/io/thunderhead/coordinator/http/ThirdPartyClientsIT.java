package io.thunderhead.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import io.thunderhead.coordinator.testing.FakeEngine;
import io.thunderhead.coordinator.testing.FakeTokenizer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Clients as they are published, with nothing changed but the address.
class ThirdPartyClientsIT {
    private final FakeEngine engine = FakeEngine.scripted(request -> {
        String prompt = new FakeTokenizer().decode(request.promptIds().toArray(), true);
        String answer = prompt.contains("tools:") ? "<function_call>add({\"a\":1})\n<end>" : "Grüße!<end>";
        return new FakeTokenizer().encode(answer);
    });
    private ApiServer server;
    private OpenAIClient openai;

    @BeforeEach
    void start() {
        server = ApiServer.start(engine);
        openai = OpenAIOkHttpClient.builder()
                .baseUrl(server.uri("/v1").toString())
                .apiKey("none")
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() {
        openai.close();
        server.close();
    }

    @Test
    void openAiChats() {
        ChatCompletion answer = openai.chat().completions().create(chat().build());
        assertThat(answer.validate().choices().getFirst().message().content()).contains("Grüße!");
        assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(9);
    }

    @Test
    void openAiStreamsAChat() {
        ChatCompletionCreateParams params = chat().streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                openai.chat().completions().createStreaming(params)) {
            chunks.stream().map(ChatCompletionChunk::validate).forEach(accumulator::accumulate);
        }
        ChatCompletion whole = accumulator.chatCompletion();
        assertThat(whole.choices().getFirst().message().content()).contains("Grüße!");
        assertThat(whole.usage().orElseThrow().completionTokens()).isEqualTo(9);
    }

    @Test
    void openAiCompletesText() {
        var answer = openai.completions()
                .create(CompletionCreateParams.builder()
                        .model("fake")
                        .prompt("Hello")
                        .build());
        assertThat(answer.validate().choices().getFirst().text()).isEqualTo("Grüße!");
    }

    @Test
    void openAiListsModels() {
        assertThat(openai.models().list().data())
                .extracting(model -> model.id())
                .containsExactly("fake", "bare");
    }

    @Test
    void openAiKnowsTheErrors() {
        assertThatThrownBy(() ->
                        openai.chat().completions().create(chat().model("other").build()))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> openai.chat().completions().create(chat().n(99).build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("n: expected an integer from 1 to 16");
        engine.runningMax(0);
        assertThatThrownBy(() -> openai.chat().completions().create(chat().build()))
                .isInstanceOf(RateLimitException.class);
    }

    /// What openai-java makes of a class is strict always: its users are told which parameter stands in their way.
    @Test
    void openAiIsToldThatStrictToolsAreNotOffered() {
        assertThatThrownBy(() -> openai.chat()
                        .completions()
                        .create(chat().addTool(Add.class).build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("tools[0].function.strict: only false is supported");
    }

    @Test
    void langChainChats() {
        OpenAiChatModel model = OpenAiChatModel.builder()
                .baseUrl(server.uri("/v1").toString())
                .apiKey("none")
                .modelName("fake")
                .build();
        assertThat(model.chat("Hello")).isEqualTo("Grüße!");
    }

    @Test
    void langChainStreams() throws Exception {
        ChatResponse answer =
                stream(ChatRequest.builder().messages(UserMessage.from("Hello")).build());
        assertThat(answer.aiMessage().text()).isEqualTo("Grüße!");
        assertThat(answer.tokenUsage().outputTokenCount()).isEqualTo(9);
    }

    @Test
    void langChainStreamsToolCalls() throws Exception {
        ToolSpecification add = ToolSpecification.builder()
                .name("add")
                .parameters(JsonObjectSchema.builder().addIntegerProperty("a").build())
                .build();
        ChatResponse answer = stream(ChatRequest.builder()
                .messages(UserMessage.from("Hello"))
                .toolSpecifications(add)
                .build());
        var call = answer.aiMessage().toolExecutionRequests().getFirst();
        assertThat(call.name()).isEqualTo("add");
        assertThat(call.arguments()).isEqualTo("{\"a\":1}");
        assertThat(call.id()).matches("call_[0-9a-f]{24}");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    }

    /// Two numbers to add.
    record Add(int a, int b) {}

    private ChatResponse stream(ChatRequest request) throws Exception {
        CompletableFuture<ChatResponse> done = new CompletableFuture<>();
        OpenAiStreamingChatModel.builder()
                .baseUrl(server.uri("/v1").toString())
                .apiKey("none")
                .modelName("fake")
                .build()
                .chat(request, new StreamingChatResponseHandler() {
                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        done.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        done.completeExceptionally(error);
                    }
                });
        return done.get(10, TimeUnit.SECONDS);
    }

    private static ChatCompletionCreateParams.Builder chat() {
        return ChatCompletionCreateParams.builder().model("fake").addUserMessage("Hello");
    }
}
