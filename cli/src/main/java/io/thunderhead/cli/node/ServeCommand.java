package io.thunderhead.cli.node;

import io.thunderhead.cli.local.ChildStatus;
import io.thunderhead.cli.local.Console;
import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cli.settings.ServeSettings;
import io.thunderhead.cluster.membership.ClusterConfig;
import io.thunderhead.coordinator.http.HttpConfig;
import io.thunderhead.core.config.Config;
import io.thunderhead.core.id.HostPort;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead serve`
@Command(
        name = "serve",
        description = "Serves a model from a whole cluster on this machine: a coordinator, attention workers and expert"
                + " workers, each a process. Ctrl-C stops all in order.")
public final class ServeCommand implements Callable<Integer> {
    private final Nodes nodes;
    private final String mainClass;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--attention-workers",
            paramLabel = "N",
            description = "Processes of that role (cluster.attention-workers); default 2.")
    private @Nullable String attentionWorkers;

    @Option(
            names = "--expert-workers",
            paramLabel = "M",
            description = "Processes of that role (cluster.expert-workers); default 2.")
    private @Nullable String expertWorkers;

    @Option(
            names = "--device",
            paramLabel = "DEVICE,...",
            description = "What the workers compute on, in turn: auto, cpu, gpu or gpu:N (node.device).")
    private @Nullable String device;

    @Option(names = "--in-process", description = "All nodes in this process (serve.in-process).")
    private @Nullable Boolean inProcess;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Where clients connect (http.host, grpc.host).")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "PORT", description = "HTTP port (http.port); default 8080.")
    private @Nullable String port;

    @Option(names = "--grpc-port", paramLabel = "PORT", description = "gRPC port (grpc.port); default 9090.")
    private @Nullable String grpcPort;

    /// @param mainClass whose `main` understands the role commands; run in the children
    public ServeCommand(Nodes nodes, String mainClass) {
        this.nodes = nodes;
        this.mainClass = mainClass;
    }

    @Override
    public Integer call() throws InterruptedException {
        options.flag("--attention-workers", "cluster.attention-workers", attentionWorkers)
                .flag("--expert-workers", "cluster.expert-workers", expertWorkers)
                .flag("--device", "node.device", device)
                .flag("--in-process", "serve.in-process", inProcess)
                .flag("--host", "http.host", host)
                .flag("--host", "grpc.host", host)
                .flag("--port", "http.port", port)
                .flag("--grpc-port", "grpc.port", grpcPort);
        Config config = options.load(System.getenv());
        announce(config);
        return config.get(ServeSettings.class).inProcess() ? serveInProcess(config) : serveInChildren(config);
    }

    private int serveInProcess(Config config) {
        NodeProcess.runUntilStopped(nodes.startAll(config, status -> announceReady(config, status)));
        return 0;
    }

    private int serveInChildren(Config config) throws InterruptedException {
        Map<String, String> environment = options.environment(System.getenv());
        try (LocalServer server = new LocalServer(mainClass, config, environment, Console.ofProcess())) {
            announceReady(config, server.start());
            return server.awaitEnd();
        }
    }

    private void announce(Config config) {
        ClusterConfig cluster = config.get(ClusterConfig.class);
        print("serving " + config.get(ModelSettings.class).dir() + " from a coordinator, " + cluster.attentionWorkers()
                + " attention workers and " + cluster.expertWorkers() + " expert workers, "
                + (config.get(ServeSettings.class).inProcess() ? "in this process" : "each a process"));
    }

    private void announceReady(Config config, ChildStatus coordinator) {
        if (coordinator.ready()) {
            new TreeMap<>(coordinator.addresses())
                    .forEach((purpose, address) -> print("ready: " + purpose + " on " + address));
            HttpConfig http = config.get(HttpConfig.class);
            if (new HostPort(http.host(), http.port()).isWildcard()) {
                print("listening on every address of this machine; --host 127.0.0.1 keeps others out");
            }
        }
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
