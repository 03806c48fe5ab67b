package io.thunderhead.cli.eval;

import io.thunderhead.cli.ExitCode;
import io.thunderhead.cli.api.ApiConnection;
import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.node.Nodes;
import io.thunderhead.cli.node.OwnServer;
import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cli.terminal.Progress;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.corpus.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What all evaluations have in common: which server, which questions, where the results go.
final class EvalOptions {
    private static final List<String> STOPS = List.of("INT", "TERM");
    private static final int INTERRUPTED = 130;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "A running server, e.g. http://127.0.0.1:8080; --model says which tokenizer it has.")
    private @Nullable URI url;

    @Option(names = "--in-process", description = "Without --url: all nodes in this process (serve.in-process).")
    private @Nullable Boolean inProcess;

    @Option(
            names = "--tasks",
            split = ",",
            paramLabel = "TASK",
            description = "Only these kinds of questions, e.g. needle,data_sets.")
    private List<String> tasks = List.of();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the held-out exams; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--generate",
            description = "Asks by greedy decoding, one request an answer (slow), instead of scoring all answers of an"
                    + " exam in one.")
    private boolean generate;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "For one request; default ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Also writes the numbers there (docs/EVALUATION.md).")
    private @Nullable Path json;

    long seed() {
        return seed;
    }

    /// Those asked for, else the given ones. Throws INVALID_REQUEST.
    Set<Task> tasksOr(Set<Task> standard) {
        return tasks.isEmpty()
                ? standard
                : tasks.stream()
                        .map(EvalOptions::task)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Task.class)));
    }

    private static Task task(String name) {
        return Arrays.stream(Task.values())
                .filter(task -> EvalReport.name(task).equals(name.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "--tasks: no task " + name + "; there are "
                                + Arrays.stream(Task.values())
                                        .map(EvalReport::name)
                                        .collect(Collectors.joining(", "))));
    }

    /// The tokenizer by which exams are made and asked.
    ExamTokenizer tokenizer() {
        Config config = options.load(System.getenv());
        return ExamTokenizer.of(CheckpointFolder.ofProcess()
                .find(config.get(ModelSettings.class).dir()));
    }

    /// What an evaluation is, but for the server.
    record Plan(
            ExamSource source, ExamTokenizer tokenizer, Set<Task> tasks, Goal goal, List<Integer> lengths, int depths) {
        Plan {
            tasks = Set.copyOf(tasks);
            lengths = List.copyOf(lengths);
        }
    }

    /// Prints a report, whole or not.
    interface Printer {
        void print(EvalReport report);
    }

    /// Evaluates and prints; after Ctrl-C or a failure what was measured until then. Returns the exit code.
    int run(Plan plan, Nodes nodes, String mainClass, PrintWriter err, Printer printer) {
        if (timeoutSeconds < 1) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "--timeout: expected a positive number");
        }
        if (url != null) {
            return evaluate(url, plan, err, printer);
        }
        options.flag("--in-process", "serve.in-process", inProcess)
                .flag("eval", "http.host", "127.0.0.1")
                .flag("eval", "grpc.host", "127.0.0.1")
                .flag("eval", "http.port", 0)
                .flag("eval", "grpc.port", 0)
                .flag("eval", "http.request-timeout", timeoutSeconds + "s")
                .flag("eval", "scheduler.prompt-logprobs-max", Integer.MAX_VALUE);
        Config config = options.load(System.getenv());
        try (OwnServer server =
                OwnServer.of(nodes, mainClass, config, options.environment(System.getenv()), line -> say(line, err))) {
            return evaluate(server.startHttp(), plan, err, printer);
        }
    }

    private static void say(String line, PrintWriter err) {
        err.println(line);
        err.flush();
    }

    private int evaluate(URI server, Plan plan, PrintWriter err, Printer printer) {
        Tally tally = new Tally(plan.depths());
        Progress progress = Progress.of(err);
        try (ApiConnection api = new ApiConnection(server, Duration.ofSeconds(timeoutSeconds))) {
            String served = api.model();
            plan.tokenizer().checkAgainst(api, served);
            Judge judge = generate ? new GeneratingJudge(api, served) : new ScoringJudge(api, served);
            Evaluation evaluation = new Evaluation(plan.source(), plan.tokenizer(), judge, plan.tasks(), plan.goal());
            Optional<ServingException> failure = interruptibly(() -> evaluation.run(plan.lengths(), tally, progress));
            progress.end();
            EvalSetup setup = new EvalSetup(version(), served, server.toString(), seed, generate, plan.depths());
            EvalReport report = EvalReport.of(setup, failure.isEmpty(), tally);
            write(report);
            printer.print(report);
            return failure.map(EvalOptions::exitCode).orElse(ExitCode.OK);
        }
    }

    /// Ctrl-C, or a scheduler's SIGTERM, interrupts this thread once; a second one ends the process.
    private static Optional<ServingException> interruptibly(Runnable work) {
        Thread worker = Thread.currentThread();
        List<Object> before = STOPS.stream()
                .map(stop -> Signals.register(stop, () -> {
                    STOPS.forEach(Signals::registerDefault);
                    worker.interrupt();
                }))
                .toList();
        try {
            work.run();
            return Optional.empty();
        } catch (ServingException e) {
            return Optional.of(e);
        } finally {
            for (int i = 0; i < STOPS.size(); i++) {
                Signals.unregister(STOPS.get(i), before.get(i));
            }
            Thread.interrupted(); // what follows (writing, stopping the server) must not be cut short
        }
    }

    private static int exitCode(ServingException failure) {
        if (failure.code() == ErrorCode.CANCELLED) {
            return INTERRUPTED;
        }
        throw failure;
    }

    private void write(EvalReport report) {
        if (json == null) {
            return;
        }
        try {
            Files.writeString(json, report.json() + "\n");
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + json + ": " + e.getMessage(), e);
        }
    }

    private static String version() {
        String version = EvalOptions.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }
}
