package io.thunderhead.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class SingleQuestionTest {
    private final StringWriter printed = new StringWriter();

    @Test
    void printsTheAnswerAlone() {
        ScriptedBackend backend = new ScriptedBackend("Hel", "lo");

        SingleQuestion.ask("hi", backend, ChatOptions.DEFAULTS, new PrintWriter(printed));

        assertThat(backend.asked.getFirst()).containsExactly(ChatMessage.user("hi"));
        assertThat(printed.toString().strip()).isEqualTo("Hello");
    }

    @Test
    void aFailedAnswerIsThrown() {
        ScriptedBackend backend = new ScriptedBackend("Hel", "lo");
        backend.betweenPieces(() -> {
            throw new ServingException(ErrorCode.WORKER_LOST, "gone");
        });

        assertThatThrownBy(() -> SingleQuestion.ask("hi", backend, ChatOptions.DEFAULTS, new PrintWriter(printed)))
                .hasMessageContaining("gone");
    }
}
