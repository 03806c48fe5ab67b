package io.thunderhead.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.placement.PlacementResult.Placed;
import io.thunderhead.cluster.placement.PlacementResult.Refused;
import io.thunderhead.cluster.testing.Models;
import io.thunderhead.core.config.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PlanReportTest {
    private static final PlacementOptions MILLION = new PlacementOptions(1, 1_000_000, 2048);

    @Test
    void fullModelInInt8FitsEightTimesEightyGigabytesWithAMillionTokens() {
        PlanReport report = report("8x80GB", WeightStorage.INT8);
        assertThat(report.contextTokens()).isGreaterThanOrEqualTo(1_000_000);
        assertThat(report.contextTokensMax()).isGreaterThan(1_000_000);
        assertThat(report.freeBytes()).isGreaterThan(100_000_000_000L);
        assertThat(report.workers())
                .hasSize(16)
                .allSatisfy(share -> assertThat(share.freeBytes()).isNotNegative());
        assertThat(report.workers().stream()
                        .mapToLong(PlanReport.WorkerShare::memoryBytes)
                        .sum())
                .isEqualTo(640_000_000_000L);
    }

    @Test
    void twoNodesAreRefusedWithTheNumbers() {
        MemoryModel memory = new MemoryModel(Models.minimaxText01(), WeightStorage.INT8, KvType.BF16);
        NodeSplit split = NodeSplit.of(memory, MILLION, NodeSplit.parseNodes("2x80GB"));
        Refused refused = (Refused)
                Placement.plan(memory, MILLION, split.attentionWorkers(), split.expertWorkers(), Optional.empty());
        assertThat(refused.shortages()).singleElement().satisfies(shortage -> {
            assertThat(shortage.neededBytes()).isEqualTo(2560 * memory.expertBytes());
            assertThat(shortage.missingBytes()).isGreaterThan(300_000_000_000L);
        });
        assertThat(refused.text()).contains("2 expert-workers: need 405.23 GiB, have", "short by");
    }

    @Test
    void bf16DoesNotFitThere() {
        MemoryModel memory = new MemoryModel(Models.minimaxText01(), WeightStorage.BF16, KvType.BF16);
        NodeSplit split = NodeSplit.of(memory, MILLION, NodeSplit.parseNodes("8x80GB"));
        assertThat(Placement.plan(memory, MILLION, split.attentionWorkers(), split.expertWorkers(), Optional.empty()))
                .isInstanceOf(Refused.class);
    }

    @Test
    void countsWhatATokenSends() {
        WireCost wire = report("8x80GB", WeightStorage.INT8).wire();
        assertThat(wire.rounds()).isEqualTo(80);
        assertThat(wire.stageHops()).isEqualTo(7);
        // two different experts of 32, four a worker: both on one worker with probability 3/31
        assertThat(wire.expertRows()).isCloseTo(80 * (2 - 3.0 / 31), within(1e-9));
        assertThat(wire.float32().dispatchBytes()).isEqualTo(Math.round(wire.expertRows() * 6144 * 4));
        assertThat(wire.float32().combineBytes()).isEqualTo(wire.float32().dispatchBytes());
        assertThat(wire.float32().stageHopBytes()).isEqualTo(7 * 6144 * 4);
        assertThat(wire.bf16().totalBytes()).isCloseTo(wire.float32().totalBytes() / 2, within(2L));
    }

    @Test
    void writesATable() {
        PlanReport report = report("8x80GB", WeightStorage.INT8);
        assertThat(report.text())
                .contains("456,089,655,296 parameters", "attention-0", "expert-7", "320 experts, up to 4 a layer")
                .contains("80 rounds of dispatch and combine", "to spare");
        assertThat(report.text().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThan(180));
    }

    @Test
    void writesJson() {
        JsonMapper json = new JsonMapper();
        JsonNode tree = json.readTree(json.writeValueAsString(report("8x80GB", WeightStorage.INT8)));
        assertThat(tree.get("parameterCount").asLong()).isEqualTo(456_089_655_296L);
        assertThat(tree.get("workers").get(0).get("worker").asString()).isEqualTo("attention-0");
        assertThat(tree.get("wire").get("rounds").asInt()).isEqualTo(80);
    }

    @Test
    void readsNodes() {
        assertThat(NodeSplit.parseNodes("2x80GB, 1x40GiB"))
                .containsExactly(new Bytes(80_000_000_000L), new Bytes(80_000_000_000L), new Bytes(40L << 30));
        assertThatThrownBy(() -> NodeSplit.parseNodes("80GB")).hasMessageContaining("8x80GB");
    }

    private static PlanReport report(String nodes, WeightStorage storage) {
        MemoryModel memory = new MemoryModel(Models.minimaxText01(), storage, KvType.BF16);
        NodeSplit split = NodeSplit.of(memory, MILLION, NodeSplit.parseNodes(nodes));
        PlacementResult result =
                Placement.plan(memory, MILLION, split.attentionWorkers(), split.expertWorkers(), Optional.empty());
        List<NodeInfo> workers = Stream.concat(split.attentionWorkers().stream(), split.expertWorkers().stream())
                .toList();
        return PlanReport.of(memory, MILLION, ((Placed) result).plan(), workers);
    }
}
