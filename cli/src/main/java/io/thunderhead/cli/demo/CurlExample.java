package io.thunderhead.cli.demo;

import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A command that asks the running server the same, with the request's body in a file: a document is too long to paste.
record CurlExample(Path body, URI server) {
    private static final JsonMapper JSON = new JsonMapper();

    /// Writes the body, anew for every demonstration.
    static CurlExample write(Path folder, URI server, String model, List<ChatMessage> conversation, int maxTokens) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", model)
                .put("temperature", 0)
                .put("max_tokens", maxTokens);
        body.set("messages", JSON.valueToTree(conversation));
        Path file = folder.resolve("question.json").toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
            Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(body) + "\n");
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INTERNAL, "cannot write " + file + ": " + e.getMessage(), e);
        }
        return new CurlExample(file, server);
    }

    /// For a POSIX shell, on one line.
    String command() {
        return "curl -s " + server.resolve("/v1/chat/completions") + " -H 'Content-Type: application/json' -d @"
                + quoted(body.toString());
    }

    private static String quoted(String text) {
        return text.matches("[\\w./+,:@-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
