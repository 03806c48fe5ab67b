package io.thunderhead.coordinator.openai;

import io.thunderhead.coordinator.api.CompletionEvent.Reason;
import io.thunderhead.coordinator.api.CompletionEvent.Token;
import io.thunderhead.coordinator.api.FunctionCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// One choice of an answer that is sent as a whole.
final class CollectedChoice {
    final StringBuilder text = new StringBuilder();
    final List<Token> tokens = new ArrayList<>();
    final List<FunctionCall> calls = new ArrayList<>();

    @Nullable
    Reason reason;

    static List<CollectedChoice> list(int count) {
        return IntStream.range(0, count).mapToObj(i -> new CollectedChoice()).toList();
    }

    void add(String delta, @Nullable Token token) {
        text.append(delta);
        if (token != null) {
            tokens.add(token);
        }
    }

    static void writeReason(JsonGenerator json, @Nullable Reason reason) {
        json.writeStringProperty("finish_reason", reason == null ? null : name(reason));
    }

    static void writeTokenIds(JsonGenerator json, String name, IntStream ids) {
        json.writeArrayPropertyStart(name);
        ids.forEach(json::writeNumber);
        json.writeEndArray();
    }

    private static String name(Reason reason) {
        return switch (reason) {
            case STOP, LENGTH -> reason.name().toLowerCase(Locale.ROOT);
            case FUNCTION_CALLS -> "tool_calls";
        };
    }
}
