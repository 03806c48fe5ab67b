package io.thunderhead.coordinator.api;

import io.thunderhead.model.tokenizer.ChatMessage.Text;
import io.thunderhead.model.tokenizer.ChatMessage.ToolCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The format of the checkpoint's own template, with function calls as the released models write them.
record TemplateChatFormat(io.thunderhead.model.tokenizer.ChatFormat template) implements ChatFormat {
    private static final JsonMapper MAPPER = new JsonMapper();

    @Override
    public String render(List<ChatMessage> messages, List<Map<String, Object>> tools) {
        List<JsonNode> toolNodes =
                tools.stream().<JsonNode>map(MAPPER::valueToTree).toList();
        return template.render(
                messages.stream().map(TemplateChatFormat::message).toList(), toolNodes, true);
    }

    private static io.thunderhead.model.tokenizer.ChatMessage message(ChatMessage message) {
        List<ToolCall> calls = message.calls().stream()
                .map(call -> new ToolCall("", call.name(), call.arguments()))
                .toList();
        return new io.thunderhead.model.tokenizer.ChatMessage(
                role(message.role()), List.of(new Text(message.text())), message.name(), Optional.empty(), calls);
    }

    private static String role(ChatMessage.Role role) {
        return switch (role) {
            case SYSTEM -> "system";
            case USER -> "user";
            case ASSISTANT -> "assistant";
            case FUNCTION -> "function";
        };
    }

    @Override
    public FunctionCallReader functionCallReader() {
        return new ReleasedCallReader();
    }
}
