package io.thunderhead.cli.node;

import io.thunderhead.cli.settings.ConfigOptions;
import io.thunderhead.cluster.membership.NodeRole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `thunderhead coordinator`
@Command(
        name = "coordinator",
        description = "Runs the node that clients know: API, admission, scheduling, planning. Workers join it.")
public final class CoordinatorCommand extends NodeCommand {
    @Option(names = "--port", paramLabel = "PORT", description = "HTTP port (http.port).")
    private @Nullable String port;

    @Option(names = "--grpc-port", paramLabel = "PORT", description = "gRPC port (grpc.port).")
    private @Nullable String grpcPort;

    public CoordinatorCommand(Nodes nodes) {
        super(NodeRole.COORDINATOR, nodes);
    }

    @Override
    void addFlags(ConfigOptions flags) {
        flags.flag("--port", "http.port", port).flag("--grpc-port", "grpc.port", grpcPort);
    }
}
