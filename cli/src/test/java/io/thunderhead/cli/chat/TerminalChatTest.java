package io.thunderhead.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;

final class TerminalChatTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void printsAnswersWithTheirTimes() throws IOException {
        ScriptedBackend backend = new ScriptedBackend("Hel", "lo");

        chat(backend, "hi\n");

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .containsPattern("Hello\\R\\[ttft \\d+\\.\\d\\d s, \\d+\\.\\d tokens/s, 2 tokens\\]");
    }

    @Test
    void sendsTheWholeConversation() throws IOException {
        ScriptedBackend backend = new ScriptedBackend("A");

        chat(backend, "/system be brief\none\ntwo\n");

        assertThat(backend.asked.get(1))
                .containsExactly(
                        ChatMessage.system("be brief"),
                        ChatMessage.user("one"),
                        ChatMessage.assistant("A"),
                        ChatMessage.user("two"));
    }

    @Test
    void resetForgetsTurnsAndKeepsTheSystemMessage() throws IOException {
        ScriptedBackend backend = new ScriptedBackend("A");

        chat(backend, "/system be brief\none\n/reset\ntwo\n");

        assertThat(backend.asked.get(1)).containsExactly(ChatMessage.system("be brief"), ChatMessage.user("two"));
    }

    @Test
    void exitLeavesAndLastLineNeedsNoNewline() throws IOException {
        ScriptedBackend left = new ScriptedBackend("A");
        chat(left, "/exit\none\n");
        ScriptedBackend piped = new ScriptedBackend("A");
        chat(piped, "one");

        assertThat(left.asked).isEmpty();
        assertThat(piped.asked).hasSize(1);
    }

    @Test
    void controlCStopsTheAnswerAndNotTheChat() throws IOException {
        ScriptedBackend backend = new ScriptedBackend("begun", " never said");
        Terminal terminal = terminal("one\ntwo\n");
        backend.betweenPieces(() -> terminal.raise(Terminal.Signal.INT));

        new TerminalChat(backend, terminal, ChatOptions.DEFAULTS).run();

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("(stopped)")
                .doesNotContain("never said");
        assertThat(backend.asked.get(1))
                .containsExactly(ChatMessage.user("one"), ChatMessage.assistant("begun"), ChatMessage.user("two"));
    }

    @Test
    void errorsArePrintedAndTheQuestionForgotten() throws IOException {
        ScriptedBackend backend = new ScriptedBackend("", "");
        backend.betweenPieces(() -> {
            throw new ServingException(ErrorCode.QUEUE_FULL, "come back later");
        });

        chat(backend, "one\ntwo\n");

        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("error: QUEUE_FULL: come back later");
        assertThat(backend.asked.get(1)).containsExactly(ChatMessage.user("two"));
    }

    @Test
    void modelsCannotControlTheTerminal() throws IOException {
        chat(new ScriptedBackend("a\u001b[2Jb\u0007"), "hi\n");

        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("a[2Jb").doesNotContain("\u001b[2J");
    }

    @Test
    void unknownCommandsAreNotSent() throws IOException {
        ScriptedBackend backend = new ScriptedBackend("A");

        chat(backend, "/rest\n/help\n\n");

        assertThat(backend.asked).isEmpty();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("/rest: no such command")
                .contains(ChatInput.HELP.lines().findFirst().orElseThrow());
    }

    private void chat(ScriptedBackend backend, String input) throws IOException {
        try (Terminal terminal = terminal(input)) {
            new TerminalChat(backend, terminal, ChatOptions.DEFAULTS).run();
        }
    }

    private Terminal terminal(String input) throws IOException {
        return new DumbTerminal(
                "test",
                Terminal.TYPE_DUMB,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                printed,
                StandardCharsets.UTF_8);
    }
}
