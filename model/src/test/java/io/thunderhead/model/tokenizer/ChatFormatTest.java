package io.thunderhead.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.template.ChatTemplate;
import io.thunderhead.model.template.JsonValues;
import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ChatFormatTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final ChatFormat FORMAT = ChatFormat.read(Goldens.path("tokenizer"), Clock.systemUTC());

    static Stream<JsonNode> chats() throws IOException {
        return JSON.readTree(Files.readString(Goldens.path("tokenizer", "cases.json")))
                .path("chat")
                .valueStream();
    }

    @ParameterizedTest
    @MethodSource("chats")
    void goldenConversationsGiveTheGoldenTextAndIds(JsonNode golden) throws IOException {
        String config =
                golden.path("template").asString().equals("vl") ? "tokenizer_config_vl.json" : "tokenizer_config.json";
        String source = JSON.readTree(Files.readString(Goldens.path("tokenizer", config)))
                .path("chat_template")
                .asString();

        String rendered = ChatTemplate.parse(source, Clock.systemUTC()).render(JsonValues.ofObject(golden));

        assertThat(rendered).isEqualTo(golden.path("rendered").asString());
        assertThat(TokenizerReader.read(Goldens.path("tokenizer")).orElseThrow().encode(rendered))
                .isEqualTo(golden.path("ids")
                        .valueStream()
                        .mapToInt(JsonNode::intValue)
                        .toArray());
    }

    @Test
    void mapsOpenAiMessagesToTheReleasedFormat() {
        ChatMessage call = new ChatMessage(
                "assistant",
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(new ChatMessage.ToolCall("call_1", "weather", "{\"city\": \"Oslo\"}")));
        ChatMessage answer = new ChatMessage(
                "tool",
                List.of(new ChatMessage.Text("{\"t\": 3}")),
                Optional.empty(),
                Optional.of("call_1"),
                List.of());
        ChatMessage question = new ChatMessage(
                "user",
                List.of(new ChatMessage.Text("one"), new ChatMessage.Text("two")),
                Optional.empty(),
                Optional.empty(),
                List.of());

        String rendered = FORMAT.render(
                List.of(ChatMessage.text("developer", "be brief"), question, call, answer), List.of(), true);

        assertThat(rendered).isEqualTo("""
                <beginning_of_sentence>system ai_setting=assistant
                be brief<end_of_sentence>
                <beginning_of_sentence>user name=user
                one
                two<end_of_sentence>
                <beginning_of_sentence>ai name=assistant
                <function_call>```typescript
                functions.weather({"city": "Oslo"})
                ```<end_of_sentence>
                <beginning_of_sentence>system function_response=functions
                {"name": "weather", "response": {"t": 3}}<end_of_sentence>
                <beginning_of_sentence>ai name=assistant
                """);
    }

    @Test
    void writesToolsAsPythonJson() {
        String rendered = FORMAT.render(
                List.of(), List.of(JSON.readTree("{\"type\":\"function\",\"n\":[1,2.50,\"é<\"]}")), false);

        assertThat(rendered).contains("{\"type\": \"function\", \"n\": [1, 2.5, \"é<\"]}");
    }

    @Test
    void refusesAnAnswerToNoCall() {
        assertThatThrownBy(() -> FORMAT.render(List.of(ChatMessage.text("tool", "x")), List.of(), true))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("messages[0]");
    }

    @Test
    void refusesConversationsWithoutATemplate(@TempDir Path directory) {
        assertThatThrownBy(() -> ChatFormat.read(directory, Clock.systemUTC()).render(List.of(), List.of(), true))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_PARAMETER));
    }

    @Test
    void takesTheTemplatesOwnFileFirstAndPassesOnItsRefusals(@TempDir Path directory) throws IOException {
        Files.writeString(
                directory.resolve("tokenizer_config.json"), JSON.writeValueAsString(Map.of("chat_template", "b")));
        assertThat(ChatFormat.read(directory, Clock.systemUTC()).render(List.of(), List.of(), true))
                .isEqualTo("b");

        Files.writeString(directory.resolve("chat_template.jinja"), "{{ raise_exception('not today') }}");
        assertThatThrownBy(() -> ChatFormat.read(directory, Clock.systemUTC()).render(List.of(), List.of(), true))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessage("messages: not today");

        Files.writeString(directory.resolve("chat_template.jinja"), "{% if %}");
        assertThatThrownBy(() -> ChatFormat.read(directory, Clock.systemUTC()))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID))
                .hasMessageContainingAll("chat_template.jinja", "line 1");
    }
}
