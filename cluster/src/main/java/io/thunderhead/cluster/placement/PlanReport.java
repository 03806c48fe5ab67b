package io.thunderhead.cluster.placement;

import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.LayerRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A plan in numbers, for people ([#text]) and as JSON (records of texts and numbers).
///
/// @param weightBytes of the whole model as placed
/// @param contextTokens for which the plan keeps pages, at least
/// @param contextTokensMax that one sequence could have if what is free became pages
/// @param freeBytes over all workers
public record PlanReport(
        long parameterCount,
        WeightStorage storage,
        KvType kvType,
        int sequenceSlots,
        long weightBytes,
        long contextTokens,
        long contextTokensMax,
        long freeBytes,
        List<WorkerShare> workers,
        WireCost wire) {

    public PlanReport {
        workers = List.copyOf(workers);
    }

    /// @param holds layers or experts, for people
    /// @param stateBytes lightning states of all slots
    /// @param pageBytes of all KV pages
    /// @param workBytes activations
    public record WorkerShare(
            String worker,
            String role,
            String host,
            String holds,
            long memoryBytes,
            long weightBytes,
            long stateBytes,
            long pageBytes,
            long workBytes) {
        public long freeBytes() {
            return memoryBytes - weightBytes - stateBytes - pageBytes - workBytes;
        }
    }

    /// @param workers every worker the plan names, in any order
    public static PlanReport of(MemoryModel memory, PlacementOptions options, Plan plan, List<NodeInfo> workers) {
        return new Writer(memory, options, plan, workers).report();
    }

    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add("%,d parameters, weights %s (%s), KV %s"
                .formatted(parameterCount, new Bytes(weightBytes), lower(storage), lower(kvType)));
        lines.add(row("worker", "host", "holds", "memory", "weights", "states", "pages", "work", "free"));
        workers.forEach(share -> lines.add(row(
                share.worker,
                share.host,
                share.holds,
                bytes(share.memoryBytes),
                bytes(share.weightBytes),
                bytes(share.stateBytes),
                bytes(share.pageBytes),
                bytes(share.workBytes),
                bytes(share.freeBytes()))));
        lines.add(row(
                "total",
                "",
                "",
                sum(WorkerShare::memoryBytes),
                sum(WorkerShare::weightBytes),
                sum(WorkerShare::stateBytes),
                sum(WorkerShare::pageBytes),
                sum(WorkerShare::workBytes),
                bytes(freeBytes)));
        lines.add("context: %,d tokens planned for %d sequences at once; one sequence could have %,d; %s to spare"
                .formatted(contextTokens, sequenceSlots, contextTokensMax, new Bytes(freeBytes)));
        lines.add("a token: %d rounds of dispatch and combine, %.1f expert rows, %d stage hops"
                .formatted(wire.rounds(), wire.expertRows(), wire.stageHops()));
        lines.add("on the wire, float32: " + traffic(wire.float32()));
        lines.add("on the wire, bf16:    " + traffic(wire.bf16()));
        return String.join("\n", lines) + "\n";
    }

    private static String traffic(WireCost.Traffic traffic) {
        return "dispatch %s, combine %s, stage hops %s"
                .formatted(
                        new Bytes(traffic.dispatchBytes()),
                        new Bytes(traffic.combineBytes()),
                        new Bytes(traffic.stageHopBytes()));
    }

    private String sum(ToLongFunction<WorkerShare> part) {
        return bytes(workers.stream().mapToLong(part).sum());
    }

    private static String bytes(long bytes) {
        return new Bytes(bytes).toString();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String row(String worker, String host, String holds, String... amounts) {
        return "%-14s %-10s %-34s".formatted(worker, host, holds)
                + Stream.of(amounts).map("%12s"::formatted).collect(Collectors.joining());
    }

    /// Gathers the numbers of one plan.
    private record Writer(MemoryModel memory, PlacementOptions options, Plan plan, List<NodeInfo> nodes) {
        PlanReport report() {
            List<WorkerShare> shares = Stream.concat(
                            plan.stages().stream().map(this::share),
                            plan.experts().stream().map(this::share))
                    .toList();
            return new PlanReport(
                    MemoryModel.parameterCount(memory.model()),
                    memory.storage(),
                    memory.kvType(),
                    plan.stages().stream()
                            .mapToInt(Plan.Stage::sequenceSlots)
                            .min()
                            .orElse(0),
                    shares.stream().mapToLong(WorkerShare::weightBytes).sum(),
                    plan.stages().stream()
                                    .mapToLong(stage -> stage.kvPages())
                                    .min()
                                    .orElse(0)
                            * MemoryModel.PAGE_TOKENS,
                    contextMax(shares),
                    shares.stream().mapToLong(WorkerShare::freeBytes).sum(),
                    shares,
                    WireCost.of(memory.model(), plan));
        }

        private WorkerShare share(Plan.Stage stage) {
            NodeInfo node = node(stage.worker().value());
            return new WorkerShare(
                    node.id().value(),
                    NodeRole.ATTENTION_WORKER.toString(),
                    node.hostName(),
                    "layers %s (%d softmax)".formatted(stage.layers(), softmaxLayers(stage.layers())),
                    node.memoryBytes(),
                    stage.weightBytes(),
                    stage.sequenceSlots() * memory.stateBytes(stage.layers()),
                    stage.kvPages() * memory.pageBytes(stage.layers()),
                    memory.attentionWorkBytes(options.batchTokens(), options.maxSequences()));
        }

        private WorkerShare share(Plan.ExpertHolder holder) {
            NodeInfo node = node(holder.worker().value());
            return new WorkerShare(
                    node.id().value(),
                    NodeRole.EXPERT_WORKER.toString(),
                    node.hostName(),
                    experts(holder.expertsByLayer()),
                    node.memoryBytes(),
                    holder.weightBytes(),
                    0,
                    0,
                    memory.expertWorkBytes(options.batchTokens()));
        }

        private static String experts(Map<Integer, List<Integer>> byLayer) {
            int count = byLayer.values().stream().mapToInt(List::size).sum();
            int most = byLayer.values().stream().mapToInt(List::size).max().orElse(0);
            return "%,d experts, up to %d a layer".formatted(count, most);
        }

        /// The tightest stage decides.
        private long contextMax(List<WorkerShare> shares) {
            long pages = Long.MAX_VALUE;
            for (int i = 0; i < plan.stages().size(); i++) {
                long pageBytes = memory.pageBytes(plan.stages().get(i).layers());
                if (pageBytes > 0) {
                    WorkerShare share = shares.get(i);
                    pages = Math.min(pages, (share.pageBytes() + share.freeBytes()) / pageBytes);
                }
            }
            long tokens = pages > Integer.MAX_VALUE ? Integer.MAX_VALUE : pages * MemoryModel.PAGE_TOKENS;
            return Math.min(tokens, memory.model().contextMax());
        }

        private long softmaxLayers(LayerRange layers) {
            return memory.model().layerKinds().subList(layers.first(), layers.end()).stream()
                    .filter(kind -> kind == LayerKind.SOFTMAX)
                    .count();
        }

        private NodeInfo node(String id) {
            return nodes.stream()
                    .filter(node -> node.id().value().equals(id))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("the plan's " + id + " is not among the workers"));
        }
    }
}
