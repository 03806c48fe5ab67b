package io.thunderhead.model.tokenizer;

import io.thunderhead.core.error.ServingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// OpenAI's messages in the shape that the released templates read (spec section 9.1): content is a list of parts of
/// which the first counts, answers of tools have role `function` with a name, and calls are part of the text.
final class TemplateMessages {
    private final Map<String, String> functionByCallId = new HashMap<>();

    private TemplateMessages() {}

    static List<Map<String, Object>> of(List<ChatMessage> messages) {
        TemplateMessages seen = new TemplateMessages();
        List<Map<String, Object>> converted = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            converted.add(seen.convert(messages.get(i), i));
        }
        return converted;
    }

    private Map<String, Object> convert(ChatMessage message, int index) {
        message.toolCalls().forEach(call -> functionByCallId.put(call.id(), call.name()));
        String role = switch (message.role()) {
            case "tool" -> "function";
            case "developer" -> "system";
            default -> message.role();
        };
        Map<String, Object> converted = new LinkedHashMap<>();
        converted.put("role", role);
        converted.put("content", parts(message));
        functionName(message, role, index).ifPresent(name -> converted.put("name", name));
        return converted;
    }

    private Optional<String> functionName(ChatMessage message, String role, int index) {
        Optional<String> name = message.name()
                .or(() -> message.toolCallId().flatMap(id -> Optional.ofNullable(functionByCallId.get(id))));
        if (role.equals("function") && name.isEmpty()) {
            throw ServingException.invalid(
                    "messages[" + index + "]",
                    "messages[" + index + "]: expected a name, or the tool_call_id of an earlier call, got neither");
        }
        return name;
    }

    private static List<Map<String, Object>> parts(ChatMessage message) {
        List<ChatMessage.Part> parts = new ArrayList<>(message.content());
        if (!message.toolCalls().isEmpty()) {
            parts.add(new ChatMessage.Text(FunctionCalls.text(message.toolCalls())));
        }
        if (parts.stream().allMatch(ChatMessage.Text.class::isInstance)) {
            return List.of(part(new ChatMessage.Text(joined(parts))));
        }
        return parts.stream().map(TemplateMessages::part).toList();
    }

    /// The text template prints the first part only: the others must not get lost.
    private static String joined(List<ChatMessage.Part> texts) {
        return texts.stream()
                .map(part -> part instanceof ChatMessage.Text text ? text.text() : "")
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, Object> part(ChatMessage.Part part) {
        return switch (part) {
            case ChatMessage.Text text -> Map.of("type", "text", "text", text.text());
            case ChatMessage.Image _ -> Map.of("type", "image");
        };
    }
}
