package io.thunderhead.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.cli.chat.ChatOptions;
import io.thunderhead.cli.chat.ScriptedBackend;
import io.thunderhead.client.ChatMessage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DemoRunTest {
    private static final List<ChatMessage> OPENING = List.of(ChatMessage.user("The paper uses Velora."));

    private final StringWriter printed = new StringWriter();
    private final DemoScreen screen = new DemoScreen(new PrintWriter(printed), false);

    @Test
    void goesOnWithTheConversationAndTheModelsOwnAnswers() {
        ScriptedBackend backend = new ScriptedBackend("Vel", "ora.");
        DemoRun run = run(backend);

        run.ask(question("Which data set?", "Tamiko."));
        run.ask(question("And how large?", "12."));

        assertThat(backend.asked)
                .containsExactly(
                        List.of(ChatMessage.user("The paper uses Velora.\n\nWhich data set?")),
                        List.of(
                                ChatMessage.user("The paper uses Velora.\n\nWhich data set?"),
                                ChatMessage.assistant("Velora."),
                                ChatMessage.user("And how large?")));
    }

    @Test
    void showsQuestionAnswerAndMark() {
        DemoRun run = run(new ScriptedBackend("Vel", "ora."));

        run.ask(question("Which data set?", "Velora."));
        run.ask(question("And how large?", "12 images."));

        assertThat(printed.toString())
                .containsPattern(
                        "1\\. Which data set\\?\\R {4}Velora\\.\\R {4}right  read 100 tokens, first token after")
                .containsPattern(
                        "2\\. And how large\\?\\R {4}Velora\\.\\R {4}wrong  .*2 tokens in .*\\R {4}expected: 12 images\\.");
        assertThat(run.answers()).extracting(AnsweredQuestion::mark).containsExactly(Mark.RIGHT, Mark.WRONG);
    }

    @Test
    void judgesNothingWithoutTruth() {
        DemoRun run = run(new ScriptedBackend("Velora."));

        run.ask(DemoQuestion.open("Which data set?"));

        assertThat(printed.toString()).doesNotContain("right").doesNotContain("wrong");
    }

    @Test
    void anEmptyAnswerIsWrong() {
        DemoRun run = run(new ScriptedBackend());

        run.ask(question("Which data set?", "Velora."));

        assertThat(run.answers().getFirst().mark()).isEqualTo(Mark.WRONG);
        assertThat(run.answers().getFirst().secondsAfter()).isZero();
    }

    @Test
    void aFailedAnswerEndsTheRun() {
        ScriptedBackend backend = new ScriptedBackend("Vel", "ora.");
        backend.betweenPieces(() -> {
            throw new ServingException(ErrorCode.WORKER_LOST, "gone");
        });
        DemoRun run = run(backend);

        assertThatThrownBy(() -> run.ask(question("Which data set?", "Velora.")))
                .hasMessage("gone");
        assertThat(run.answers()).isEmpty();
    }

    private DemoRun run(ScriptedBackend backend) {
        return new DemoRun(backend, ChatOptions.DEFAULTS, screen, OPENING);
    }

    private static DemoQuestion question(String text, String truth) {
        return new DemoQuestion(text, Optional.of(truth));
    }
}
