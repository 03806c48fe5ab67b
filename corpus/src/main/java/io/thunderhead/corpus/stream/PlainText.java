package io.thunderhead.corpus.stream;

import io.thunderhead.corpus.Exam;
import io.thunderhead.corpus.Exams;
import io.thunderhead.corpus.Mix;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.model.tokenizer.ChatMessage;
import io.thunderhead.model.tokenizer.FunctionCalls;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/// Conversations of all kinds and of several lengths as plain text, without special tokens: what a tokenizer is trained
/// on.
final class PlainText {
    private static final int[] LENGTHS = {256, 512, 1024, 2048};
    /// Before there is a tokenizer, tokens are guessed.
    private static final int CHARACTERS_PER_TOKEN = 4;
    private static final String CALL_MARKER = "<function_call>";

    private final Exams exams = new Exams(Split.TRAIN, text -> text.length() / CHARACTERS_PER_TOKEN + 1);

    /// Ends with the first conversation at or beyond `bytes`.
    void write(long seed, long bytes, OutputStream out) throws IOException {
        long written = 0;
        for (int index = 0; written < bytes; index++) {
            Exam exam = exams.mixed(Mix.standard(), seed, index, LENGTHS[index % LENGTHS.length]);
            byte[] text = text(exam).getBytes(StandardCharsets.UTF_8);
            out.write(text);
            written += text.length;
        }
    }

    /// In the words and the order of the released template.
    static String text(Exam exam) {
        StringBuilder text = new StringBuilder();
        exam.before(exam.questions().size() - 1)
                .forEach(message ->
                        text.append(header(message)).append(content(message)).append('\n'));
        exam.tools()
                .forEach(tool -> text.append("system function_setting=functions\n")
                        .append(spaced(tool))
                        .append('\n'));
        return text.append("ai name=assistant\n")
                .append(exam.questions().getLast().answer().replace(CALL_MARKER, ""))
                .append('\n')
                .toString();
    }

    private static String header(ChatMessage message) {
        return switch (message.role()) {
            case "system" -> "system ai_setting=assistant\n";
            case "user" -> "user name=user\n";
            case "assistant" -> "ai name=assistant\n";
            default ->
                "system function_response=functions\n{\"name\": \""
                        + message.name().orElse("") + "\", \"response\": ";
        };
    }

    private static String content(ChatMessage message) {
        String calls = message.toolCalls().isEmpty() ? "" : FunctionCalls.text(message.toolCalls());
        String end = message.role().equals("function") ? "}" : "";
        return Exam.text(message) + calls.replace(CALL_MARKER, "") + end;
    }

    /// As the template writes JSON; our definitions have no such characters inside their strings.
    private static String spaced(JsonNode tool) {
        return tool.toString().replace("\":", "\": ").replace(",\"", ", \"");
    }
}
