package io.thunderhead.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.client.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDocumentTest {
    @TempDir
    private Path folder;

    @Test
    void joinsFilesInTheirOrder() throws IOException {
        Path one = Files.writeString(folder.resolve("one.md"), "# One\n");
        Path two = Files.writeString(folder.resolve("two.txt"), "Two\n");

        DemoDocument document = DemoDocument.ofFiles(List.of(one, two), List.of("What?"));

        assertThat(document.opening()).containsExactly(ChatMessage.user("# One\n\nTwo"));
        assertThat(document.questions()).containsExactly(DemoQuestion.open("What?"));
        assertThat(document.name()).isEqualTo("2 files");
    }

    @Test
    void namesTheFileThatIsNoText() throws IOException {
        Path binary = Files.write(folder.resolve("x.bin"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThatThrownBy(() -> DemoDocument.ofFiles(List.of(binary), List.of()))
                .hasMessageContaining("x.bin: cannot be read as UTF-8 text");
        assertThatThrownBy(() -> DemoDocument.ofFiles(List.of(folder.resolve("none")), List.of()))
                .hasMessageContaining("none");
    }
}
