package io.thunderhead.cli;

import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.placement.KvType;
import io.thunderhead.cluster.placement.MemoryModel;
import io.thunderhead.cluster.placement.NodeSplit;
import io.thunderhead.cluster.placement.Placement;
import io.thunderhead.cluster.placement.PlacementOptions;
import io.thunderhead.cluster.placement.PlacementResult;
import io.thunderhead.cluster.placement.PlanReport;
import io.thunderhead.cluster.placement.WeightStorage;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.checkpoint.Checkpoint;
import io.thunderhead.model.config.KnownModels;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ModelConfigReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `thunderhead plan`
@Command(
        name = "plan",
        description = "Shows which worker would hold what, before anything is started: bytes a worker, room for tokens,"
                + " bytes and rounds a token. Exit code 3 if the model does not fit.")
final class PlanCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR|NAME",
            defaultValue = ModelSettings.SHIPPED,
            description = "Folder of the checkpoint (no weights are read), or minimax-text-01, minimax-vl-01.")
    private String model = "";

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli demands one of its options
    private Hardware hardware;

    @Option(
            names = "--quantize",
            paramLabel = "int8|none",
            defaultValue = "none",
            description =
                    "Weights of attention and experts as int8, or as the checkpoint has them (int8 if `thunderhead"
                            + " quantize` wrote it, else bf16); default ${DEFAULT-VALUE}.")
    private String quantize = "none";

    @Option(
            names = "--kv",
            paramLabel = "bf16|float32",
            defaultValue = "bf16",
            description = "Type of keys and values; default ${DEFAULT-VALUE}.")
    private String kv = "bf16";

    @Option(
            names = "--context",
            paramLabel = "TOKENS",
            defaultValue = "8192",
            description = "Tokens of one sequence that must fit; default ${DEFAULT-VALUE}.")
    private int context;

    @Option(
            names = "--sequences",
            paramLabel = "N",
            defaultValue = "16",
            description = "Sequences at once, if there is room for them; default ${DEFAULT-VALUE}.")
    private int sequences;

    @Option(names = "--json", description = "Prints JSON instead of a table.")
    private boolean json;

    /// Either machines that run one worker of each role, or workers by role.
    private static final class Hardware {
        @Option(
                names = {"--nodes", "--workers"},
                required = true,
                paramLabel = "NxMEMORY,...",
                description = "Machines, each running both roles, e.g. 8x80GB or 4x80GB,2x40GB.")
        private @Nullable String nodes;

        @ArgGroup(exclusive = false)
        private @Nullable ByRole byRole;
    }

    private static final class ByRole {
        @Option(
                names = "--attention-workers",
                required = true,
                paramLabel = "NxMEMORY,...",
                description = "Attention workers, e.g. 2x16GB; with --expert-workers.")
        private String attention = "";

        @Option(
                names = "--expert-workers",
                required = true,
                paramLabel = "NxMEMORY,...",
                description = "Expert workers, e.g. 4x32GB; with --attention-workers.")
        private String expert = "";
    }

    @Override
    public Integer call() {
        MemoryModel memory = new MemoryModel(config(), storage(), kvType());
        PlacementOptions options = options();
        NodeSplit workers = workers(memory, options);
        PlacementResult result =
                Placement.plan(memory, options, workers.attentionWorkers(), workers.expertWorkers(), Optional.empty());
        switch (result) {
            case PlacementResult.Refused refused ->
                throw new ServingException(
                        ErrorCode.PLAN_DOES_NOT_FIT, refused.text().strip());
            case PlacementResult.Placed(var plan) -> {
                List<NodeInfo> all = Stream.concat(
                                workers.attentionWorkers().stream(), workers.expertWorkers().stream())
                        .toList();
                print(PlanReport.of(memory, options, plan, all));
            }
        }
        return ExitCode.OK;
    }

    private void print(PlanReport report) {
        String text = json
                ? JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n"
                : report.text();
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }

    private ModelConfig config() {
        return KnownModels.byName(model)
                .orElseGet(() ->
                        ModelConfigReader.read(CheckpointFolder.ofProcess().find(Path.of(model))));
    }

    private WeightStorage storage() {
        return switch (quantize) {
            case "int8" -> WeightStorage.INT8;
            case "none" -> WeightStorage.of(true, isStoredAsInt8());
            default -> throw wrong("--quantize", "int8 or none", quantize);
        };
    }

    private boolean isStoredAsInt8() {
        return KnownModels.byName(model).isEmpty()
                && Checkpoint.isStoredAsInt8(CheckpointFolder.ofProcess().find(Path.of(model)));
    }

    private KvType kvType() {
        return switch (kv.toLowerCase(Locale.ROOT)) {
            case "bf16" -> KvType.BF16;
            case "float32" -> KvType.FLOAT32;
            default -> throw wrong("--kv", "bf16 or float32", kv);
        };
    }

    private PlacementOptions options() {
        try {
            return new PlacementOptions(sequences, context, 2048);
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    private NodeSplit workers(MemoryModel memory, PlacementOptions options) {
        try {
            if (hardware.byRole != null) {
                return new NodeSplit(
                        role(NodeRole.ATTENTION_WORKER, hardware.byRole.attention),
                        role(NodeRole.EXPERT_WORKER, hardware.byRole.expert));
            }
            return NodeSplit.of(memory, options, NodeSplit.parseNodes(String.valueOf(hardware.nodes)));
        } catch (IllegalArgumentException e) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    private static List<NodeInfo> role(NodeRole role, String text) {
        var memories = NodeSplit.parseNodes(text);
        String name = role == NodeRole.ATTENTION_WORKER ? "attention-" : "expert-";
        return IntStream.range(0, memories.size())
                .mapToObj(i -> new NodeInfo(
                        new NodeId(String.format(Locale.ROOT, "%s%03d", name, i)),
                        "planned",
                        role,
                        new HostPort("planned", 0),
                        memories.get(i).value(),
                        "planned",
                        "",
                        "planned"))
                .toList();
    }

    private static ServingException wrong(String flag, String expected, String found) {
        return new ServingException(
                ErrorCode.CONFIG_INVALID, flag + ": expected " + expected + ", found '" + found + "'");
    }
}
