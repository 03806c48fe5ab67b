package io.thunderhead.cli;

import io.thunderhead.cli.chat.ChatOptions;
import io.thunderhead.cli.chat.OpenAiChatBackend;
import io.thunderhead.cli.chat.SingleQuestion;
import io.thunderhead.cli.chat.TerminalChat;
import io.thunderhead.cli.local.Console;
import io.thunderhead.cli.node.LocalServer;
import io.thunderhead.cli.settings.ConfigOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead chat`
@Command(
        name = "chat",
        description = "Talks in the terminal: with a running server (--url), or with one started for it (--model)."
                + " Ctrl-C stops an answer, /help lists what can be typed.")
final class ChatCommand implements Callable<Integer> {
    private final String mainClass;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Any OpenAI-compatible server, e.g. http://127.0.0.1:8080.")
    private @Nullable URI url;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            defaultValue = "${env:OPENAI_API_KEY}",
            description = "With --url; default: $OPENAI_API_KEY.")
    private @Nullable String apiKey;

    @Option(names = "--model-name", paramLabel = "NAME", description = "With --url: one of several models.")
    private String modelName = "";

    @Option(names = "--system", paramLabel = "TEXT", description = "First system message.")
    private String system = "";

    @Option(names = "--max-tokens", paramLabel = "N", description = "Of one answer; default: what the context leaves.")
    private @Nullable Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "T", description = "Default: the server's.")
    private @Nullable Float temperature;

    @Option(names = "--ask", paramLabel = "TEXT", description = "Says this alone, prints the answer, and leaves.")
    private @Nullable String question;

    /// @param mainClass whose `main` understands the role commands; run in the processes of `--model`
    ChatCommand(String mainClass) {
        this.mainClass = mainClass;
    }

    @Override
    public Integer call() throws IOException {
        return url == null ? chatWithOwnServer() : chat(url);
    }

    /// The server's log goes to a file, so that it does not run through the conversation.
    private int chatWithOwnServer() throws IOException {
        options.flag("chat", "http.port", 0).flag("chat", "grpc.port", 0);
        Map<String, String> environment = System.getenv();
        Path log = Files.createTempFile("thunderhead-chat-", ".log");
        spec.commandLine().getErr().println("starting a server; its log: " + log);
        try (PrintStream out = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8);
                LocalServer server = new LocalServer(
                        mainClass,
                        options.load(environment),
                        options.environment(environment),
                        new Console(out, false))) {
            return chat(server.startHttp());
        }
    }

    private int chat(URI url) throws IOException {
        ChatOptions chat = new ChatOptions(
                system,
                maxTokens == null ? OptionalInt.empty() : OptionalInt.of(maxTokens),
                Optional.ofNullable(temperature),
                Duration.ofMinutes(10),
                Optional.empty());
        if (question != null) {
            try (OpenAiChatBackend backend = new OpenAiChatBackend(url, apiKey == null ? "" : apiKey, modelName)) {
                SingleQuestion.ask(question, backend, chat, spec.commandLine().getOut());
            }
            return ExitCode.OK;
        }
        try (Terminal terminal = TerminalBuilder.builder().build();
                OpenAiChatBackend backend = new OpenAiChatBackend(url, apiKey == null ? "" : apiKey, modelName)) {
            new TerminalChat(backend, terminal, chat).run();
        }
        return ExitCode.OK;
    }
}
