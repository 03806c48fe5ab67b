package io.thunderhead.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.placement.PlacementResult.Placed;
import io.thunderhead.cluster.placement.PlacementResult.Refused;
import io.thunderhead.cluster.testing.Models;
import io.thunderhead.cluster.testing.Nodes;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static final long PLENTY = 1L << 40;
    private static final PlacementOptions OPTIONS = new PlacementOptions(4, 1024, 64);
    private static final MemoryModel FULL = new MemoryModel(Models.minimaxText01(), WeightStorage.INT8, KvType.BF16);

    @Test
    void dividesLayersEvenlyInTheOrderOfIds() {
        Plan plan = placed(FULL, attention(4, PLENTY), experts(4, PLENTY), Optional.empty());
        assertThat(plan.stages().stream().map(Plan.Stage::worker).map(NodeId::value))
                .containsExactly("attention-00", "attention-01", "attention-02", "attention-03");
        long heaviest =
                plan.stages().stream().mapToLong(Plan.Stage::weightBytes).max().orElseThrow();
        long lightest =
                plan.stages().stream().mapToLong(Plan.Stage::weightBytes).min().orElseThrow();
        assertThat(heaviest - lightest).isLessThan(2 * FULL.layerBytes(0));
        assertCoversAllLayers(plan, 80);
    }

    @Test
    void theFirstStageHasFewerLayersBecauseOfTheEmbedding() {
        Plan plan = placed(FULL, attention(3, PLENTY), experts(1, PLENTY), Optional.empty());
        assertThat(plan.stages().getFirst().layers().count())
                .isLessThan(plan.stages().get(1).layers().count());
    }

    @Test
    void spreadsEachLayersExpertsEvenly() {
        Plan plan = placed(FULL, attention(1, PLENTY), experts(5, PLENTY), Optional.empty());
        for (Plan.ExpertHolder holder : plan.experts()) {
            assertThat(holder.expertsByLayer()).hasSize(80);
            assertThat(holder.expertsByLayer().values())
                    .allSatisfy(held -> assertThat(held.size()).isBetween(6, 7));
            assertThat(holder.weightBytes()).isEqualTo(512 * FULL.expertBytes());
        }
    }

    @Test
    void workersBeyondTheNumberOfLayersHoldNone() {
        MemoryModel small = small();
        Plan plan = placed(small, attention(10, PLENTY), experts(2, PLENTY), Optional.empty());
        assertThat(plan.stages()).hasSize(8);
    }

    @Test
    void aWorkerTooSmallForItsShareHoldsWhatFits() {
        MemoryModel small = small();
        long work = small.expertWorkBytes(OPTIONS.batchTokens());
        List<NodeInfo> experts = List.of(
                Nodes.expert(0, work + 5 * small.expertBytes()), Nodes.expert(1, PLENTY), Nodes.expert(2, PLENTY));
        Plan plan = placed(small, attention(1, PLENTY), experts, Optional.empty());
        assertThat(plan.experts().get(0).weightBytes()).isEqualTo(5 * small.expertBytes());
        assertThat(plan.experts().get(1).weightBytes() + plan.experts().get(2).weightBytes())
                .isEqualTo(59 * small.expertBytes());
    }

    @Test
    void aSmallAttentionWorkerGetsFewerLayers() {
        MemoryModel small = small();
        StageCosts costs = new StageCosts(small, OPTIONS, OPTIONS.maxSequences());
        long roomForTwo = costs.total(0, 2);
        List<NodeInfo> attention = List.of(Nodes.attention(0, roomForTwo), Nodes.attention(1, PLENTY));
        Plan plan = placed(small, attention, experts(1, PLENTY), Optional.empty());
        assertThat(plan.stages().getFirst().layers()).isEqualTo(new LayerRange(0, 2));
    }

    @Test
    void slotsAndPagesComeFromWhatIsLeft() {
        MemoryModel small = small();
        StageCosts costs = new StageCosts(small, OPTIONS, 2);
        LayerRange all = new LayerRange(0, 8);
        List<NodeInfo> tight = List.of(Nodes.attention(0, costs.total(0, 8) + small.pageBytes(all)));
        Plan.Stage stage = placed(small, tight, experts(1, PLENTY), Optional.empty())
                .stages()
                .getFirst();
        long left = tight.getFirst().memoryBytes()
                - small.attentionWorkBytes(OPTIONS.batchTokens(), OPTIONS.maxSequences())
                - stage.weightBytes()
                - stage.sequenceSlots() * small.stateBytes(all)
                - stage.kvPages() * small.pageBytes(all);
        assertThat(stage.sequenceSlots()).isGreaterThanOrEqualTo(2);
        assertThat(stage.kvPages()).isGreaterThanOrEqualTo(OPTIONS.pagesPerSequence());
        assertThat(left).isBetween(0L, small.pageBytes(all));
    }

    @Test
    void pagesStopAtWhatCanBeUsed() {
        Plan.Stage stage = placed(small(), attention(1, PLENTY), experts(1, PLENTY), Optional.empty())
                .stages()
                .getFirst();
        assertThat(stage.sequenceSlots()).isEqualTo(4);
        assertThat(stage.kvPages()).isEqualTo(16);
    }

    @Test
    void refusesWithTheNumbers() {
        var refused = (Refused) Placement.plan(
                FULL,
                OPTIONS.withContextTokens(1_000_000),
                attention(1, 40_000_000_000L),
                experts(2, 80_000_000_000L),
                Optional.empty());
        assertThat(refused.shortages()).hasSize(2);
        assertThat(refused.shortages().get(0).missingBytes()).isPositive();
        assertThat(refused.shortages().get(1).neededBytes()).isEqualTo(2560 * FULL.expertBytes());
        assertThat(refused.text())
                .contains("1 attention-workers: need", "short by", "tokens would fit", "2 expert-workers: need");
    }

    @Test
    void saysHowMuchContextWouldFit() {
        List<NodeInfo> attention = attention(1, 40_000_000_000L);
        String text = refusal(OPTIONS.withContextTokens(1_000_000), attention);
        String number = text.replaceAll("(?s).*a context of ([0-9,]+) tokens would fit.*", "$1")
                .replace(",", "");
        int fits = Integer.parseInt(number);
        PlacementOptions one = OPTIONS.withMaxSequences(1);
        assertThat(Placement.plan(FULL, one.withContextTokens(fits), attention, experts(8, PLENTY), Optional.empty()))
                .isInstanceOf(Placed.class);
        assertThat(Placement.plan(
                        FULL, one.withContextTokens(fits + 256), attention, experts(8, PLENTY), Optional.empty()))
                .isInstanceOf(Refused.class);
    }

    @Test
    void refusesWithoutWorkers() {
        assertThat(Placement.plan(FULL, OPTIONS, List.of(), List.of(), Optional.empty()))
                .isInstanceOf(Refused.class);
    }

    @Test
    void theSameWorkersKeepEverything() {
        Plan first = placed(FULL, attention(3, PLENTY), experts(5, PLENTY), Optional.empty());
        Plan second = placed(FULL, attention(3, PLENTY), experts(5, PLENTY), Optional.of(first));
        assertThat(second.stages()).isEqualTo(first.stages());
        assertThat(second.experts()).isEqualTo(first.experts());
        assertThat(second.epoch()).isEqualTo(first.epoch() + 1);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2", "2, 3", "3, 4", "4, 3", "5, 6", "8, 9", "9, 8", "3, 2", "32, 33", "33, 32", "7, 13", "9, 10", "13, 12"
    })
    void movesNoMoreExpertsThanTheNewSharesNeed(int before, int after) {
        Plan first = placed(FULL, attention(1, PLENTY), experts(before, PLENTY), Optional.empty());
        Plan second = placed(FULL, attention(1, PLENTY), experts(after, PLENTY), Optional.of(first));
        assertThat(moved(first, second)).isEqualTo(arrivalsNeeded(first, second));
    }

    @Test
    void holdsItsPromisesForAnyWorkers() {
        for (int seed = 0; seed < 300; seed++) {
            checkRandomCluster(seed);
        }
    }

    private static void checkRandomCluster(int seed) {
        Random random = new Random(seed);
        ModelConfig model = Models.small(1 + random.nextInt(20), 2 + random.nextInt(31));
        WeightStorage storage = random.nextBoolean() ? WeightStorage.INT8 : WeightStorage.BF16;
        MemoryModel memory = new MemoryModel(model, storage, random.nextBoolean() ? KvType.BF16 : KvType.FLOAT32);
        Optional<Plan> previous = Optional.empty();
        for (int step = 0; step < 5; step++) {
            List<NodeInfo> attention = some(
                    random,
                    5,
                    worker -> Nodes.attention(
                            worker,
                            random.nextLong(memory.stageWeightBytes(new LayerRange(0, model.layerCount())) * 3)));
            List<NodeInfo> experts = some(
                    random,
                    7,
                    worker -> Nodes.expert(worker, random.nextLong(memory.totalExperts() * memory.expertBytes() * 2)));
            PlacementResult result = Placement.plan(memory, OPTIONS, attention, experts, previous);
            Collections.shuffle(attention, random);
            Collections.shuffle(experts, random);
            assertThat(Placement.plan(memory, OPTIONS, attention, experts, previous))
                    .as("seed %d: any order", seed)
                    .isEqualTo(result);
            if (result instanceof Placed(Plan plan)) {
                assertSound(seed, memory, plan, attention, experts);
                previous = Optional.of(plan);
            }
        }
    }

    private static void assertSound(
            int seed, MemoryModel memory, Plan plan, List<NodeInfo> attention, List<NodeInfo> experts) {
        ModelConfig model = memory.model();
        assertCoversAllLayers(plan, model.layerCount());
        for (Plan.Stage stage : plan.stages()) {
            long used = stage.weightBytes()
                    + stage.sequenceSlots() * memory.stateBytes(stage.layers())
                    + stage.kvPages() * memory.pageBytes(stage.layers())
                    + memory.attentionWorkBytes(OPTIONS.batchTokens(), OPTIONS.maxSequences());
            assertThat(used).as("seed %d: %s", seed, stage).isLessThanOrEqualTo(memoryOf(attention, stage.worker()));
            assertThat(stage.sequenceSlots()).as("seed %d", seed).isPositive();
            assertThat(stage.kvPages()).as("seed %d", seed).isGreaterThanOrEqualTo(OPTIONS.pagesPerSequence());
        }
        BitSet placed = new BitSet();
        for (Plan.ExpertHolder holder : plan.experts()) {
            holder.expertsByLayer().forEach((layer, held) -> {
                assertThat(held).as("seed %d", seed).isSorted();
                for (int expert : held) {
                    int bit = layer * model.expertCount() + expert;
                    assertThat(placed.get(bit)).as("seed %d: twice", seed).isFalse();
                    placed.set(bit);
                }
            });
            if (holder.weightBytes() > 0) {
                assertThat(holder.weightBytes() + memory.expertWorkBytes(OPTIONS.batchTokens()))
                        .as("seed %d: %s", seed, holder.worker())
                        .isLessThanOrEqualTo(memoryOf(experts, holder.worker()));
            }
            int count = holder.expertsByLayer().values().stream()
                    .mapToInt(List::size)
                    .sum();
            int share = count / model.layerCount();
            assertThat(holder.expertsByLayer().values())
                    .as("seed %d: each layer's share", seed)
                    .allSatisfy(held -> assertThat(held.size()).isBetween(Math.max(1, share), share + 1));
        }
        assertThat(placed.cardinality()).as("seed %d: all experts", seed).isEqualTo(memory.totalExperts());
    }

    private static void assertCoversAllLayers(Plan plan, int layerCount) {
        int next = 0;
        for (Plan.Stage stage : plan.stages()) {
            assertThat(stage.layers().first()).isEqualTo(next);
            next = stage.layers().end();
        }
        assertThat(next).isEqualTo(layerCount);
        assertThat(plan.stages()).isSortedAccordingTo((a, b) -> a.worker().compareTo(b.worker()));
    }

    /// Computed from the workers alone, not from the shares that the second plan chose: equal shares, the larger ones
    /// to whoever held most.
    private static int arrivalsNeeded(Plan before, Plan after) {
        Map<NodeId, Integer> held = new HashMap<>();
        before.experts().forEach(holder -> held.put(holder.worker(), count(holder)));
        int total = held.values().stream().mapToInt(Integer::intValue).sum();
        int workers = after.experts().size();
        int larger = total % workers;
        int needed = total;
        List<Integer> heldMostFirst = after.experts().stream()
                .map(holder -> held.getOrDefault(holder.worker(), 0))
                .sorted(Comparator.reverseOrder())
                .toList();
        for (int i = 0; i < workers; i++) {
            needed -= Math.min(heldMostFirst.get(i), total / workers + (i < larger ? 1 : 0));
        }
        return needed;
    }

    private static int moved(Plan before, Plan after) {
        Map<NodeId, Map<Integer, List<Integer>>> held = new HashMap<>();
        before.experts().forEach(holder -> held.put(holder.worker(), holder.expertsByLayer()));
        int moved = 0;
        for (Plan.ExpertHolder holder : after.experts()) {
            Map<Integer, List<Integer>> had = held.getOrDefault(holder.worker(), Map.of());
            for (var layer : holder.expertsByLayer().entrySet()) {
                List<Integer> arrived = new ArrayList<>(layer.getValue());
                arrived.removeAll(had.getOrDefault(layer.getKey(), List.of()));
                moved += arrived.size();
            }
        }
        return moved;
    }

    private static int count(Plan.ExpertHolder holder) {
        return holder.expertsByLayer().values().stream().mapToInt(List::size).sum();
    }

    private static String refusal(PlacementOptions options, List<NodeInfo> attention) {
        return ((Refused) Placement.plan(FULL, options, attention, experts(8, PLENTY), Optional.empty())).text();
    }

    private static Plan placed(
            MemoryModel memory, List<NodeInfo> attention, List<NodeInfo> experts, Optional<Plan> previous) {
        PlacementResult result = Placement.plan(memory, OPTIONS, attention, experts, previous);
        assertThat(result).isInstanceOf(Placed.class);
        return ((Placed) result).plan();
    }

    private static MemoryModel small() {
        return new MemoryModel(Models.small(), WeightStorage.FLOAT32, KvType.FLOAT32);
    }

    private static long memoryOf(List<NodeInfo> workers, NodeId id) {
        return workers.stream()
                .filter(worker -> worker.id().equals(id))
                .findFirst()
                .orElseThrow()
                .memoryBytes();
    }

    private static List<NodeInfo> attention(int count, long memoryBytes) {
        return IntStream.range(0, count)
                .mapToObj(worker -> Nodes.attention(worker, memoryBytes))
                .toList();
    }

    private static List<NodeInfo> experts(int count, long memoryBytes) {
        return IntStream.range(0, count)
                .mapToObj(worker -> Nodes.expert(worker, memoryBytes))
                .toList();
    }

    private static List<NodeInfo> some(Random random, int most, IntFunction<NodeInfo> worker) {
        List<NodeInfo> workers = new ArrayList<>();
        for (int number = 0; number < most; number++) {
            if (random.nextInt(4) > 0) {
                workers.add(worker.apply(number));
            }
        }
        return workers;
    }
}
