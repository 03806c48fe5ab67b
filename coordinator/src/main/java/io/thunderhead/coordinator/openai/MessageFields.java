package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.ChatMessage;
import io.thunderhead.coordinator.api.ChatMessage.Role;
import io.thunderhead.coordinator.api.FunctionCall;
import io.thunderhead.core.error.ServingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Reads `messages`. A `tool` message names the call it answers by id; its function's name is looked up in the
/// assistant messages before it, because that is what the model knows it by.
final class MessageFields {
    /// What clients echo from our own answers.
    private static final Set<String> ECHOED = Set.of("refusal", "annotations", "reasoning_content");

    private final Map<String, String> functionNamesByCallId = new HashMap<>();

    private MessageFields() {}

    static List<ChatMessage> read(Fields request) {
        List<Fields> messages = request.objects("messages");
        if (messages.isEmpty()) {
            throw ServingException.invalid("messages", "messages: expected at least one message");
        }
        MessageFields reader = new MessageFields();
        List<ChatMessage> read = new ArrayList<>();
        messages.forEach(message -> read.add(reader.message(message)));
        return read;
    }

    private ChatMessage message(Fields fields) {
        Role role = role(fields);
        List<FunctionCall> calls = role == Role.ASSISTANT ? calls(fields) : List.of();
        Optional<String> name = role == Role.FUNCTION ? Optional.of(functionName(fields)) : fields.string("name");
        String text = content(fields, role == Role.ASSISTANT);
        fields.acceptOnly("function_call");
        fields.acceptOnly("audio");
        fields.refuseUnknown(ECHOED);
        return new ChatMessage(role, name, text, calls);
    }

    private static Role role(Fields fields) {
        String role = fields.requiredString("role");
        return switch (role) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool", "function" -> Role.FUNCTION;
            default ->
                throw ServingException.invalid(
                        fields.path("role"),
                        fields.path("role")
                                + ": expected system, developer, user, assistant, tool or function, got '" + role
                                + "'");
        };
    }

    private static String content(Fields fields, boolean optional) {
        Optional<JsonNode> content = fields.value("content");
        if (content.isEmpty() && !optional) {
            throw ServingException.invalid(fields.path("content"), fields.path("content") + " is required");
        }
        if (content.isEmpty() || content.get().isString()) {
            return content.map(JsonNode::stringValue).orElse("");
        }
        return fields.objects("content").stream().map(MessageFields::part).collect(Collectors.joining("\n"));
    }

    private static String part(Fields part) {
        String type = part.requiredString("type");
        if (!type.equals("text")) {
            throw part.unsupported("type", "only text parts are supported, got '" + type + "'");
        }
        String text = part.requiredString("text");
        part.refuseUnknown(Set.of());
        return text;
    }

    private List<FunctionCall> calls(Fields message) {
        List<FunctionCall> calls = new ArrayList<>();
        for (Fields call : message.objects("tool_calls")) {
            call.acceptOnly("type", "\"function\"");
            Fields function = call.object("function")
                    .orElseThrow(() ->
                            ServingException.invalid(call.path("function"), call.path("function") + " is required"));
            String name = function.requiredString("name");
            functionNamesByCallId.put(call.requiredString("id"), name);
            calls.add(new FunctionCall(name, function.string("arguments").orElse("{}")));
            function.refuseUnknown(Set.of());
            call.refuseUnknown(Set.of("index"));
        }
        return calls;
    }

    private String functionName(Fields message) {
        Optional<String> callId = message.string("tool_call_id");
        Optional<String> name = message.string("name");
        return callId.map(functionNamesByCallId::get)
                .or(() -> name)
                .orElseThrow(() -> ServingException.invalid(
                        message.path("tool_call_id"),
                        message.path("tool_call_id") + ": expected the id of a call in a message before, got "
                                + callId.orElse("none")));
    }
}
