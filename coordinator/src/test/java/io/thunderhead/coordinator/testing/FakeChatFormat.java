package io.thunderhead.coordinator.testing;

import io.thunderhead.coordinator.api.ChatFormat;
import io.thunderhead.coordinator.api.ChatMessage;
import io.thunderhead.coordinator.api.FunctionCall;
import io.thunderhead.coordinator.api.FunctionCallReader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// One line a message (`user: Hello`), tools after them; calls are written `<function_call>NAME({...})` on one line.
public final class FakeChatFormat implements ChatFormat {
    private static final String MARK = "<function_call>";

    @Override
    public String render(List<ChatMessage> messages, List<Map<String, Object>> tools) {
        String lines = messages.stream()
                .map(message -> message.role().name().toLowerCase(Locale.ROOT)
                        + message.name().map(name -> " " + name).orElse("") + ": " + message.text()
                        + message.calls().stream()
                                .map(call -> MARK + call.name() + "(" + call.arguments() + ")")
                                .collect(Collectors.joining())
                        + "\n")
                .collect(Collectors.joining());
        return lines + (tools.isEmpty() ? "" : "tools: " + tools + "\n") + "assistant: ";
    }

    @Override
    public FunctionCallReader functionCallReader() {
        return new LineReader();
    }

    private static final class LineReader implements FunctionCallReader {
        private final StringBuilder held = new StringBuilder();

        @Override
        public List<Piece> append(String text) {
            held.append(text);
            int end = held.indexOf("\n");
            if (held.indexOf(MARK) != 0) {
                return MARK.startsWith(held.toString()) ? List.of() : List.of(new Piece.Text(take(held.length())));
            }
            return end < 0 ? List.of() : List.of(call(take(end + 1)));
        }

        @Override
        public List<Piece> finish() {
            if (held.isEmpty()) {
                return List.of();
            }
            String rest = take(held.length());
            return List.of(rest.startsWith(MARK) && rest.endsWith(")") ? call(rest) : new Piece.Text(rest));
        }

        private static Piece call(String line) {
            int open = line.indexOf('(');
            return new Piece.Call(new FunctionCall(
                    line.substring(MARK.length(), open), line.substring(open + 1, line.lastIndexOf(')'))));
        }

        private String take(int length) {
            String taken = held.substring(0, length);
            held.delete(0, length);
            return taken;
        }
    }
}
