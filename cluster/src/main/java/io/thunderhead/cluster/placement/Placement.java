package io.thunderhead.cluster.placement;

import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.cluster.placement.PlacementResult.Placed;
import io.thunderhead.cluster.placement.PlacementResult.Refused;
import io.thunderhead.cluster.placement.PlacementResult.Shortage;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.LayerRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// Computes plans. Pure: the same model, workers, plan in force and options give the same plan, in whatever order the
/// workers come.
///
/// Attention workers get contiguous ranges of layers in the order of their ids ([StageCut]), expert workers their share
/// of every layer's experts ([ExpertSpread]). With a plan in force as little as possible moves.
public final class Placement {
    private final MemoryModel memory;
    private final PlacementOptions options;
    private final List<NodeInfo> attentionWorkers;
    private final List<NodeInfo> expertWorkers;
    private final Optional<Plan> previous;

    private Placement(
            MemoryModel memory,
            PlacementOptions options,
            List<NodeInfo> attentionWorkers,
            List<NodeInfo> expertWorkers,
            Optional<Plan> previous) {
        this.memory = memory;
        this.options = options;
        this.attentionWorkers = byId(attentionWorkers);
        this.expertWorkers = byId(expertWorkers);
        this.previous = previous;
    }

    /// @param previous the plan in force, whose epoch the new one follows
    public static PlacementResult plan(
            MemoryModel memory,
            PlacementOptions options,
            List<NodeInfo> attentionWorkers,
            List<NodeInfo> expertWorkers,
            Optional<Plan> previous) {
        return new Placement(memory, options, attentionWorkers, expertWorkers, previous).plan();
    }

    private PlacementResult plan() {
        Optional<List<Plan.Stage>> stages = stages(options);
        Optional<List<Plan.ExpertHolder>> experts = experts();
        if (stages.isPresent() && experts.isPresent()) {
            String fingerprint = attentionWorkers.getFirst().modelFingerprint();
            long epoch = previous.map(Plan::epoch).orElse(0L) + 1;
            return new Placed(new Plan(epoch, fingerprint, stages.get(), experts.get(), reason()));
        }
        List<Shortage> shortages = new ArrayList<>();
        if (stages.isEmpty()) {
            shortages.add(attentionShortage());
        }
        if (experts.isEmpty()) {
            shortages.add(expertShortage());
        }
        return new Refused(shortages);
    }

    private String reason() {
        return previous.map(plan -> "replaces the plan of epoch " + plan.epoch())
                .orElse("first plan");
    }

    /// With room for as many sequences at once as possible, halving from what is wanted.
    private Optional<List<Plan.Stage>> stages(PlacementOptions options) {
        if (attentionWorkers.isEmpty()) {
            return Optional.empty();
        }
        long[] memoryBytes =
                attentionWorkers.stream().mapToLong(NodeInfo::memoryBytes).toArray();
        for (int sequences = options.maxSequences(); sequences >= 1; sequences /= 2) {
            StageCosts costs = new StageCosts(memory, options, sequences);
            var cut = new StageCut(costs, memoryBytes, layerOwners()).best();
            if (cut.isPresent()) {
                List<Plan.Stage> stages = new ArrayList<>();
                for (int worker = 0; worker < memoryBytes.length; worker++) {
                    LayerRange layers = cut.get().get(worker);
                    if (layers != null) {
                        stages.add(stage(attentionWorkers.get(worker), layers));
                    }
                }
                return Optional.of(stages);
            }
        }
        return Optional.empty();
    }

    /// Keeps the pages of one full context, then gives slots, then pages, up to what can be of use.
    private Plan.Stage stage(NodeInfo worker, LayerRange layers) {
        long weightBytes = memory.stageWeightBytes(layers);
        long free = worker.memoryBytes()
                - weightBytes
                - memory.attentionWorkBytes(options.batchTokens(), options.maxSequences());
        long contextBytes = options.pagesPerSequence() * memory.pageBytes(layers);
        int slots = fitting(free - contextBytes, memory.stateBytes(layers), options.maxSequences());
        int pages = fitting(free - slots * memory.stateBytes(layers), memory.pageBytes(layers), options.pagesMax());
        return new Plan.Stage(worker.id(), layers, slots, pages, weightBytes);
    }

    private static int fitting(long room, long unitBytes, int most) {
        return unitBytes == 0 ? most : (int) Math.min(most, room / unitBytes);
    }

    private int[] layerOwners() {
        int[] owners = new int[memory.model().layerCount()];
        Arrays.fill(owners, -1);
        previous.ifPresent(plan -> plan.stages().forEach(stage -> {
            int worker = index(attentionWorkers, stage.worker());
            Arrays.fill(owners, stage.layers().first(), stage.layers().end(), worker);
        }));
        return owners;
    }

    private Optional<List<Plan.ExpertHolder>> experts() {
        int[] capacities = expertCapacities();
        if (Arrays.stream(capacities).asLongStream().sum() < memory.totalExperts()) {
            return Optional.empty();
        }
        var byWorker = new ExpertSpread(expertOwners(), capacities).byWorker();
        return Optional.of(IntStream.range(0, byWorker.size())
                .mapToObj(worker -> holder(expertWorkers.get(worker), byWorker.get(worker)))
                .toList());
    }

    private Plan.ExpertHolder holder(NodeInfo worker, Map<Integer, List<Integer>> experts) {
        long count = experts.values().stream().mapToLong(List::size).sum();
        return new Plan.ExpertHolder(worker.id(), experts, count * memory.expertBytes());
    }

    private int[] expertCapacities() {
        return expertWorkers.stream()
                .mapToLong(worker -> expertRoom(worker) / memory.expertBytes())
                .mapToInt(count -> (int) Math.min(count, memory.totalExperts()))
                .toArray();
    }

    private long expertRoom(NodeInfo worker) {
        return Math.max(0, worker.memoryBytes() - memory.expertWorkBytes(options.batchTokens()));
    }

    private int[][] expertOwners() {
        int[][] owners = new int[memory.model().layerCount()][memory.model().expertCount()];
        Arrays.stream(owners).forEach(layer -> Arrays.fill(layer, -1));
        previous.ifPresent(plan -> plan.experts().forEach(holder -> {
            int worker = index(expertWorkers, holder.worker());
            if (worker >= 0) {
                holder.expertsByLayer()
                        .forEach((layer, experts) -> experts.forEach(expert -> owners[layer][expert] = worker));
            }
        }));
        return owners;
    }

    private Shortage attentionShortage() {
        int layers = memory.model().layerCount();
        StageCosts costs = new StageCosts(memory, options, 1);
        long available =
                attentionWorkers.stream().mapToLong(NodeInfo::memoryBytes).sum();
        LayerRange all = new LayerRange(0, layers);
        long pages = options.pagesPerSequence() * memory.pageBytes(all);
        String detail = "weights %s, one sequence %s, KV pages of %,d tokens %s; %s"
                .formatted(
                        new Bytes(costs.weight(0, layers)),
                        new Bytes(memory.stateBytes(all)),
                        options.contextTokens(),
                        new Bytes(pages),
                        contextThatFits());
        return new Shortage(
                NodeRole.ATTENTION_WORKER, attentionWorkers.size(), costs.total(0, layers), available, detail);
    }

    /// Bisects over pages: the room a stage needs only grows with the context.
    private String contextThatFits() {
        int fits = 0;
        int tooMany = options.pagesPerSequence();
        while (tooMany - fits > 1) {
            int pages = (fits + tooMany) >>> 1;
            boolean placed = stages(options.withContextTokens(pages * MemoryModel.PAGE_TOKENS)
                            .withMaxSequences(1))
                    .isPresent();
            fits = placed ? pages : fits;
            tooMany = placed ? tooMany : pages;
        }
        return fits == 0
                ? "no context fits"
                : "a context of %,d tokens would fit".formatted(fits * MemoryModel.PAGE_TOKENS);
    }

    private Shortage expertShortage() {
        long needed = memory.totalExperts() * memory.expertBytes();
        long available = expertWorkers.stream().mapToLong(this::expertRoom).sum();
        String detail = "%,d experts of %s; %,d fit"
                .formatted(
                        memory.totalExperts(),
                        new Bytes(memory.expertBytes()),
                        Arrays.stream(expertCapacities()).asLongStream().sum());
        return new Shortage(NodeRole.EXPERT_WORKER, expertWorkers.size(), needed, available, detail);
    }

    private static int index(List<NodeInfo> workers, NodeId id) {
        return IntStream.range(0, workers.size())
                .filter(i -> workers.get(i).id().equals(id))
                .findFirst()
                .orElse(-1);
    }

    private static List<NodeInfo> byId(List<NodeInfo> workers) {
        return workers.stream().sorted(Comparator.comparing(NodeInfo::id)).toList();
    }
}
