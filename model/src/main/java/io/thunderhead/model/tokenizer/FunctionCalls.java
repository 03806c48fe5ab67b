package io.thunderhead.model.tokenizer;

import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Function calls in generated text (spec section 9.3): `<function_call>`, then fenced typescript blocks of
/// `functions.NAME({json})`.
///
/// @param text what the model said beside its calls
public record FunctionCalls(List<Call> calls, String text) {
    private static final String MARKER = "<function_call>";
    private static final Pattern BLOCK_BEGIN = Pattern.compile("```typescript\\s*(?=functions\\.)");
    private static final Pattern CALL_BEGIN = Pattern.compile("functions\\.([\\w.-]+)\\(\\s*");
    private static final Pattern CALL_END = Pattern.compile("\\s*\\)\\s*;?\\s*");
    private static final Pattern FENCE = Pattern.compile("```|$");

    public FunctionCalls {
        calls = List.copyOf(calls);
    }

    /// @param arguments a JSON object as text, as the model wrote it
    public record Call(String name, String arguments) {}

    /// Never throws: a block that is no call stays part of the text. A last fence may be missing, as the model ends
    /// there.
    public static FunctionCalls parse(String generated) {
        List<Call> calls = new ArrayList<>();
        StringBuilder rest = new StringBuilder();
        Matcher begin = BLOCK_BEGIN.matcher(generated);
        int position = 0;
        while (begin.find()) {
            List<Call> ofBlock = new ArrayList<>();
            int end = block(generated, begin.end(), ofBlock);
            if (end >= 0 && begin.start() >= position) {
                calls.addAll(ofBlock);
                rest.append(generated, position, begin.start());
                position = end;
            }
        }
        rest.append(generated.substring(position));
        return calls.isEmpty()
                ? new FunctionCalls(List.of(), generated)
                : new FunctionCalls(calls, rest.toString().replace(MARKER, "").strip());
    }

    /// The same calls as the model would have written them, for the history of a conversation.
    public static String text(List<ChatMessage.ToolCall> calls) {
        return calls.stream()
                .map(call -> "```typescript\nfunctions." + call.name() + "(" + call.arguments() + ")\n```")
                .collect(Collectors.joining("\n", MARKER, ""));
    }

    /// Reads calls up to the closing fence; the position after it, or -1 if this is something else.
    private static int block(String text, int start, List<Call> calls) {
        int position = start;
        Matcher begin = CALL_BEGIN.matcher(text);
        while (begin.region(position, text.length()).lookingAt()) {
            int argumentsEnd = objectEnd(text, begin.end());
            Matcher end = CALL_END.matcher(text).region(argumentsEnd, text.length());
            Optional<String> arguments = arguments(text.substring(begin.end(), argumentsEnd));
            if (arguments.isEmpty() || !end.lookingAt()) {
                return -1;
            }
            calls.add(new Call(begin.group(1), arguments.get()));
            position = end.end();
        }
        Matcher fence = FENCE.matcher(text).region(position, text.length());
        return fence.lookingAt() ? fence.end() : -1;
    }

    /// Where the braces that open at `start` are closed again, strings aside; `start` itself if none opens there.
    private static int objectEnd(String text, int start) {
        int depth = 0;
        boolean inString = false;
        for (int i = start; i < text.length(); i++) {
            char character = text.charAt(i);
            if (inString) {
                i += character == '\\' ? 1 : 0;
                inString = character != '"';
            } else if (character == '"') {
                inString = true;
            } else if (character == '{') {
                depth++;
            } else if (character == '}') {
                depth--;
            }
            if (depth == 0) {
                return character == '}' ? i + 1 : start;
            }
        }
        return start;
    }

    private static Optional<String> arguments(String json) {
        if (json.isEmpty()) {
            return Optional.of("{}");
        }
        try {
            StrictJson.readObject("generated text", "arguments", json.getBytes(StandardCharsets.UTF_8));
            return Optional.of(json);
        } catch (ServingException e) {
            return Optional.empty(); // the model wrote something that only looks like a call
        }
    }
}
