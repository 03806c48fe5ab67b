package io.thunderhead.cli.bench;

import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.node.Nodes;
import io.thunderhead.cli.node.OwnServer;
import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cli.settings.KernelSettings;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.kernels.Ceilings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead bench`
@Command(
        name = "bench",
        description =
                "Measures a model on this machine, beside the machine's own ceilings, or a running server: speed of"
                        + " prefill and decode, latencies under load, and what a long prompt does to running streams.",
        subcommands = PlotCommand.class)
public final class BenchCommand implements Callable<Integer> {
    private static final int VOCABULARY_OF_ANY_MODEL = 500;
    /// Of a running server whose model is not at hand: it refuses what is too long itself.
    private static final int CONTEXT_OF_ANY_MODEL = 1024 + 64;

    private final Nodes nodes;
    private final String mainClass;
    private final CheckpointFolder checkpoints;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Mixin
    private BenchServer ownServer = new BenchServer();

    @Mixin
    private BenchPlan plan = new BenchPlan();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "A running server, e.g. http://127.0.0.1:8080; without it one is started for --model.")
    private @Nullable URI url;

    @Option(
            names = "--vocabulary",
            paramLabel = "N",
            description = "Prompts are random ids below this; default: the model's, of a running server 500.")
    private @Nullable Integer vocabulary;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of prompts and arrivals.")
    private long seed;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "For one request; default ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Also writes the numbers there (docs/PERFORMANCE.md).")
    private @Nullable Path json;

    @Option(
            names = "--history",
            paramLabel = "FILE",
            description = "Appends the numbers there as one line, e.g. docs/perf-history.jsonl.")
    private @Nullable Path history;

    /// @param mainClass whose `main` understands the role commands; run in the processes that are started
    public BenchCommand(Nodes nodes, String mainClass, CheckpointFolder checkpoints) {
        this.nodes = nodes;
        this.mainClass = mainClass;
        this.checkpoints = checkpoints;
    }

    @Override
    public Integer call() {
        check();
        BenchReport report = url == null ? benchOwnServer() : benchRunning(url);
        PrintWriter out = spec.commandLine().getOut();
        out.print(BenchTable.of(report));
        out.flush();
        if (json != null) {
            write(json, report.json() + "\n");
        }
        if (history != null) {
            write(history, report.jsonLine() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        return 0;
    }

    private void check() {
        plan.check();
        if (timeoutSeconds < 1 || (vocabulary != null && vocabulary < 1)) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "--timeout, --vocabulary: expected positive numbers");
        }
    }

    private BenchReport benchRunning(URI server) {
        int ids = vocabulary == null ? VOCABULARY_OF_ANY_MODEL : vocabulary;
        try (CompletionsClient client = client(server)) {
            return measure(client, ids, CONTEXT_OF_ANY_MODEL, CeilingWatch.none())
                    .report(setup(client.model(), server.toString(), null), null);
        }
    }

    private BenchReport benchOwnServer() {
        ModelSettings served = options.load(System.getenv()).get(ModelSettings.class);
        BenchedModel model = BenchedModel.read(checkpoints.resolve(served.dir()), served.quantize());
        int contextTokens = plan.contextTokens(model.config().contextMax());
        ownServer.configure(options, plan.sequences(), contextTokens, timeoutSeconds);
        Config config = options.load(System.getenv());
        int threads = config.get(KernelSettings.class).threadCount();
        CeilingWatch ceilings = CeilingWatch.of(model.work(), () -> Ceilings.glance(threads));
        ceilings.begin(); // before a server loads: a machine without vectors is refused at once
        try (OwnServer server =
                        OwnServer.of(nodes, mainClass, config, options.environment(System.getenv()), this::say);
                CompletionsClient client = client(server.startHttp())) {
            int ids = vocabulary == null ? model.config().vocabSize() : vocabulary;
            Measured measured = measure(client, ids, model.config().contextMax(), ceilings);
            String weights = model.storage().toString().toLowerCase(Locale.ROOT);
            return measured.report(setup(client.model(), ownServer.describe(), weights), ceilings.best());
        }
    }

    private Measured measure(CompletionsClient client, int ids, int contextMax, CeilingWatch ceilings) {
        return plan.run(new Bench(client, ids, seed, ceilings), client, contextMax, this::say);
    }

    private CompletionsClient client(URI server) {
        return new CompletionsClient(server, Duration.ofSeconds(timeoutSeconds));
    }

    private BenchReport.Setup setup(String model, String cluster, @Nullable String weights) {
        String version = BenchCommand.class.getPackage().getImplementationVersion();
        return new BenchReport.Setup(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                version == null ? "unpackaged" : version,
                SourceCommit.of(checkpoints.home()),
                Machine.here(),
                model,
                cluster,
                weights,
                seed);
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }

    private static void write(Path file, String text, OpenOption... how) {
        try {
            Files.writeString(file, text, how);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
