package io.thunderhead.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.client.ChatMessage;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CurlExampleTest {
    private static final URI SERVER = URI.create("http://127.0.0.1:8080");

    @TempDir
    private Path folder;

    @Test
    void writesTheBodyThatTheCommandSends() {
        CurlExample example =
                CurlExample.write(folder.resolve("new"), SERVER, "demo", List.of(ChatMessage.user("a \"b\"\n'c'")), 7);

        JsonNode body = new JsonMapper().readTree(example.body().toFile());
        assertThat(body.path("model").asString()).isEqualTo("demo");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(7);
        assertThat(body.at("/messages/0/content").asString()).isEqualTo("a \"b\"\n'c'");
        assertThat(example.command())
                .startsWith(
                        "curl -s http://127.0.0.1:8080/v1/chat/completions -H 'Content-Type: application/json' -d @")
                .endsWith(example.body().toString());
    }

    @Test
    void quotesTheFileForTheShell() {
        CurlExample example = new CurlExample(Path.of("/a folder/it's here.json"), SERVER);

        assertThat(example.command()).endsWith(" -d @'/a folder/it'\\''s here.json'");
    }
}
