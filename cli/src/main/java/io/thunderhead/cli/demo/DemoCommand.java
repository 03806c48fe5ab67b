package io.thunderhead.cli.demo;

import io.thunderhead.cli.ExitCode;
import io.thunderhead.cli.api.ApiConnection;
import io.thunderhead.cli.bench.StepTimes;
import io.thunderhead.cli.chat.ChatOptions;
import io.thunderhead.cli.chat.OpenAiChatBackend;
import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.node.Nodes;
import io.thunderhead.cli.node.OwnServer;
import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.coordinator.grpc.GrpcConfig;
import io.thunderhead.coordinator.http.HttpConfig;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `thunderhead demo`
@Command(
        name = "demo",
        description =
                "Starts a cluster on this machine, puts ten made-up papers into one prompt, asks which data sets each"
                        + " of them uses and how large they are, marks the answers, and leaves the server running until"
                        + " Ctrl-C. Exit code 5 with --once if an answer is wrong.")
public final class DemoCommand implements Callable<Integer> {
    private static final int ANSWER_TOKENS_MAX = 200;
    private static final int SEEDS = 1_000_000;

    private final Nodes nodes;
    private final String mainClass;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(names = "--in-process", description = "All nodes in this process (serve.in-process).")
    private @Nullable Boolean inProcess;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Where the server listens; default ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "HTTP port; default: 8080, or any other if it is taken.")
    private @Nullable Integer port;

    @Option(
            names = "--papers",
            paramLabel = "N",
            defaultValue = "10",
            description = "Papers in the document; default ${DEFAULT-VALUE}.")
    private int papers;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Length of the document, about; default ${DEFAULT-VALUE}.")
    private int tokens;

    @Option(names = "--seed", paramLabel = "N", description = "Makes the papers of an earlier run again.")
    private @Nullable Long seed;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Instead of papers: a text or Markdown file; may be repeated.")
    private List<Path> files = List.of();

    @Option(
            names = "--question",
            paramLabel = "TEXT",
            description = "With --file: what to ask; may be repeated; default: what you type.")
    private List<String> questions = List.of();

    @Option(names = "--once", description = "Stops after the answers; exit code 0 only if all are right.")
    private boolean once;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "For one answer; default ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    /// @param mainClass whose `main` understands the role commands; run in the children
    public DemoCommand(Nodes nodes, String mainClass) {
        this.nodes = nodes;
        this.mainClass = mainClass;
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        Config config = config();
        DemoScreen screen = DemoScreen.ofProcess(spec.commandLine().getOut(), System.getenv());
        DemoDocument document = document(config);
        try (OwnServer server =
                OwnServer.of(nodes, mainClass, config, options.environment(System.getenv()), screen::line)) {
            long startNanos = System.nanoTime();
            URI url = server.startHttp();
            screen.line(String.format(
                    Locale.ROOT, "ready on %s after %.1f s", url, (System.nanoTime() - startNanos) / 1e9));
            DemoSummary summary = show(document, url, screen);
            if (once) {
                return summary.allRight() ? ExitCode.OK : ExitCode.WRONG_ANSWER;
            }
            return leaveRunning(document, url, server, screen);
        }
    }

    private void check() {
        boolean positive = papers > 0 && tokens > 0 && timeoutSeconds > 0;
        if (!positive) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "expected positive numbers");
        }
        if (!questions.isEmpty() && files.isEmpty()) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "--question: expected --file beside it");
        }
    }

    private Config config() {
        options.flag("--in-process", "serve.in-process", inProcess)
                .flag("--host", "http.host", host)
                .flag("--host", "grpc.host", host)
                .flag("--port", "http.port", port);
        Config config = options.load(System.getenv());
        if (port == null && !free(config.get(HttpConfig.class).port())) {
            options.flag("demo", "http.port", 0);
        }
        if (!free(config.get(GrpcConfig.class).port())) {
            options.flag("demo", "grpc.port", 0);
        }
        return options.load(System.getenv());
    }

    private boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private DemoDocument document(Config config) {
        if (!files.isEmpty()) {
            return DemoDocument.ofFiles(files, questions);
        }
        long chosen = seed == null ? ThreadLocalRandom.current().nextLong(SEEDS) : seed;
        Path folder = CheckpointFolder.ofProcess()
                .find(config.get(ModelSettings.class).dir());
        return PaperDemo.make(folder, chosen, papers, tokens);
    }

    private DemoSummary show(DemoDocument document, URI url, DemoScreen screen) {
        Duration timeout = Duration.ofSeconds(timeoutSeconds);
        try (ApiConnection api = new ApiConnection(url, timeout);
                OpenAiChatBackend backend = new OpenAiChatBackend(url, "", "")) {
            screen.heading(
                    String.format(Locale.ROOT, "%s, %,d tokens", document.name(), tokenCount(api, document.text())));
            screen.glimpse(document.text());
            Optional<JsonNode> before = api.stats();
            DemoRun run = new DemoRun(backend, chatOptions(timeout), screen, document.opening());
            askAll(document, run, screen);
            DemoSummary summary = new DemoSummary(run.answers(), StepTimes.between(before, api.stats()));
            if (summary.judged() > 0) {
                screen.heading(summary.right() + " of " + summary.judged() + " right");
            } else {
                screen.heading("no answer was judged: only made-up papers come with the truth");
            }
            summary.lines().forEach(screen::line);
            return summary;
        }
    }

    private void askAll(DemoDocument document, DemoRun run, DemoScreen screen) {
        document.questions().forEach(run::ask);
        if (document.questions().isEmpty()) {
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            TypedQuestions typed = new TypedQuestions(input, screen);
            for (Optional<DemoQuestion> next = typed.next(); next.isPresent(); next = typed.next()) {
                run.ask(next.get());
            }
        }
    }

    private static ChatOptions chatOptions(Duration timeout) {
        return new ChatOptions("", OptionalInt.of(ANSWER_TOKENS_MAX), Optional.of(0f), timeout, Optional.empty());
    }

    private static int tokenCount(ApiConnection api, String text) {
        JsonNode body =
                JsonMapper.shared().createObjectNode().put("model", api.model()).put("prompt", text);
        return api.post("/tokenize", body).path("count").asInt();
    }

    private int leaveRunning(DemoDocument document, URI url, OwnServer server, DemoScreen screen)
            throws InterruptedException {
        String servedName;
        try (ApiConnection api = new ApiConnection(url, Duration.ofSeconds(timeoutSeconds))) {
            servedName = api.model();
        }
        DemoQuestion question = document.questions().isEmpty()
                ? DemoQuestion.open("What is this text about?")
                : document.questions().getFirst();
        Path folder = CheckpointFolder.ofProcess().working("demo");
        CurlExample example = CurlExample.write(
                folder, url, servedName, DemoRun.asked(document.opening(), question.text()), ANSWER_TOKENS_MAX);
        screen.heading("The server runs on " + url + " until Ctrl-C. Ask it the first question again:");
        screen.line("");
        screen.line("  " + example.command());
        screen.line("");
        return server.awaitEnd();
    }
}
