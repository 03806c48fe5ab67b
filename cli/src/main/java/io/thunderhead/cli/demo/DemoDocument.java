package io.thunderhead.cli.demo;

import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What is read, and what is asked of it.
///
/// @param name in a few words
/// @param opening of the conversation: says the text
record DemoDocument(String name, String text, List<ChatMessage> opening, List<DemoQuestion> questions) {
    private static final long FILE_BYTES_MAX = 64 << 20;

    DemoDocument {
        opening = List.copyOf(opening);
        questions = List.copyOf(questions);
    }

    /// Text or Markdown files, one after the other. Throws INVALID_REQUEST.
    static DemoDocument ofFiles(List<Path> files, List<String> questions) {
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            text.append(text.isEmpty() ? "" : "\n\n").append(read(file).strip());
        }
        String name = files.size() == 1 ? files.getFirst().toString() : files.size() + " files";
        return new DemoDocument(
                name,
                text.toString(),
                List.of(ChatMessage.user(text.toString())),
                questions.stream().map(DemoQuestion::open).toList());
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST, file + ": expected at most " + (FILE_BYTES_MAX >> 20) + " MiB");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, file + ": cannot be read as UTF-8 text: " + e, e);
        }
    }
}
