package io.thunderhead.cli.chat;

import io.thunderhead.cli.chat.ChatBackend.Answer;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;

/// A conversation in a terminal: lines go to the backend, answers are printed as they come, with their times. Ctrl-C
/// stops the answer, Ctrl-D or the end of a pipe leaves. On a dumb terminal, and so in a script, there is no prompt.
/// The caller closes backend and terminal.
public final class TerminalChat {
    private static final String PROMPT = "> ";

    private final ChatBackend backend;
    private final Terminal terminal;
    private final ChatOptions options;
    private final Conversation conversation;
    private final LineReader lines;
    private final String prompt;

    public TerminalChat(ChatBackend backend, Terminal terminal, ChatOptions options) {
        this.backend = backend;
        this.terminal = terminal;
        this.options = options;
        this.conversation = new Conversation(options.system());
        this.lines = lines(terminal, options);
        this.prompt = terminal.getType().startsWith(Terminal.TYPE_DUMB) ? "" : PROMPT;
    }

    /// Returns when the user leaves. Errors of an answer are printed and do not end the chat.
    public void run() {
        boolean more = true;
        while (more) {
            try {
                more = handle(lines.readLine(prompt));
            } catch (UserInterruptException e) {
                printLine("(/exit or Ctrl-D leaves)");
            } catch (EndOfFileException e) {
                if (e.getPartialLine() != null) {
                    handle(e.getPartialLine());
                }
                more = false;
            }
        }
    }

    /// Whether the chat goes on.
    private boolean handle(String line) {
        switch (ChatInput.parse(line)) {
            case ChatInput.Say(String text) -> say(text);
            case ChatInput.SetSystem(String text) -> conversation.system(text);
            case ChatInput.Reset() -> conversation.reset();
            case ChatInput.Help() -> printLine(ChatInput.HELP);
            case ChatInput.Nothing() -> {}
            case ChatInput.Unknown(String command) -> printLine(command + ": no such command; /help lists them");
            case ChatInput.Exit() -> {
                return false;
            }
        }
        return true;
    }

    private void say(String text) {
        conversation.addUser(text);
        StringBuilder said = new StringBuilder();
        try (Answer answer = backend.ask(conversation.messages(), options)) {
            SignalHandler before = stopOnInterrupt(answer);
            try {
                printAnswer(answer, said);
            } finally {
                terminal.handle(Signal.INT, before);
            }
        } catch (ServingException e) {
            String ending =
                    e.code() == ErrorCode.CANCELLED ? "(stopped)" : "error: " + e.code() + ": " + e.getMessage();
            printLine(said.isEmpty() ? ending : "\n" + ending);
        }
        conversation.addAnswer(said.toString());
    }

    private SignalHandler stopOnInterrupt(Answer answer) {
        return terminal.handle(Signal.INT, signal -> answer.close());
    }

    private void printAnswer(Answer answer, StringBuilder said) {
        long askedNanos = System.nanoTime();
        long firstTextNanos = 0;
        for (Optional<String> piece = answer.next(); piece.isPresent(); piece = answer.next()) {
            if (said.isEmpty()) {
                firstTextNanos = System.nanoTime();
            }
            said.append(piece.get());
            terminal.writer().print(PrintableText.of(piece.get()));
            terminal.flush();
        }
        long endNanos = System.nanoTime();
        AnswerTimes times = new AnswerTimes(askedNanos, said.isEmpty() ? endNanos : firstTextNanos, endNanos);
        printLine("\n[" + times.describe(answer.completionTokens()) + "]");
    }

    private void printLine(String text) {
        terminal.writer().println(text);
        terminal.flush();
    }

    private static LineReader lines(Terminal terminal, ChatOptions options) {
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("thunderhead")
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
        options.historyFile().ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        return builder.build();
    }
}
