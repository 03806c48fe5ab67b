package io.thunderhead.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.WeightLoader;
import io.thunderhead.model.layers.DecoderLayer;
import io.thunderhead.model.layers.Head;
import io.thunderhead.model.layers.HeadWorkspace;
import io.thunderhead.model.layers.JoinedLayers;
import io.thunderhead.model.layers.LayerHome;
import io.thunderhead.model.layers.LayerSet;
import io.thunderhead.model.layers.StageModel;
import io.thunderhead.model.layers.StageRoom;
import io.thunderhead.model.layers.Workspace;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.testing.ModelConfigs;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.LocalExperts;
import io.thunderhead.transport.exchange.PendingCombine;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepItem;
import io.thunderhead.transport.stage.StepOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Layers that can run with their experts in place do, and nothing is dispatched; others are dispatched as ever.
class HeldStageTest {
    private static final ModelConfig MODEL = ModelConfigs.odd(2);
    private static final LayerRange LAYERS = new LayerRange(0, MODEL.layerCount());
    private static final StageRoom ROOM = new StageRoom(2, 2);
    private static final Deadline SOON = Deadline.after(Duration.ofMinutes(1));

    private final Kernels kernels = KernelSelection.choose("plain", 1).kernels();
    private final ExpertBank bank = new ExpertBank(MODEL, kernels);
    private final List<String> computed = new ArrayList<>();
    private final Negating joined = new Negating();

    @AfterEach
    void close() {
        bank.close();
        kernels.close();
    }

    @Test
    void runsLayersInPlaceWithoutADispatch() {
        try (StageModel model = model(Optional.of(joined))) {
            try (HeldStage stage = stage(model)) {
                StepOutcome.Done done = (StepOutcome.Done) stage.run(step(1, TokenIds.of(3, 1), 0), SOON);

                float[] logits = new float[MODEL.vocabSize()];
                model.logits(joined.hidden, new int[] {1}, 1, new HeadWorkspace(MODEL, 1), logits);
                int best = IntStream.range(0, logits.length).reduce(0, (a, b) -> logits[b] > logits[a] ? b : a);
                assertThat(done.results().getFirst().tokenId()).isEqualTo(best);
                assertThat(computed)
                        .containsExactly("layer 0: 2 rows, 4 of expert 0", "layer 1: 2 rows, 4 of expert 0");

                stage.run(step(2, TokenIds.of(best), 2), SOON);
                assertThat(joined.runs).isEqualTo(2);
            }
            assertThat(joined.closed).isTrue();
        }
    }

    @Test
    void dispatchesWhatCannotRunInPlace() {
        try (StageModel model = model(Optional.empty());
                HeldStage stage = stage(model)) {
            assertThatThrownBy(() -> stage.run(step(1, TokenIds.of(3, 1), 0), SOON))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WORKER_LOST));
        }
    }

    private static StepCommand step(long id, TokenIds tokens, int start) {
        StepItem item = new StepItem(1, start, tokens, start > 0, 2, SamplingParams.GREEDY, -1, -1);
        return new StepCommand(id, 1, Duration.ofMinutes(1), List.of(item), List.of());
    }

    private HeldStage stage(StageModel model) {
        NodeId worker = new NodeId("e0");
        Plan plan = new Plan(
                1, "model", List.of(), List.of(new Plan.ExpertHolder(worker, ExpertBank.all(MODEL), 0)), "test");
        ExpertDirectory experts =
                new ExpertDirectory(plan, LAYERS, MODEL.expertCount(), Map.of(worker, new Unreachable()));
        return new HeldStage(
                1,
                new AttentionWorkerConfig(4, 512, 256),
                MODEL,
                model,
                model.newPool(ROOM),
                experts,
                Optional.empty(),
                new StageMetrics(new NodeMetrics("a0")));
    }

    private StageModel model(Optional<JoinedLayers> inPlace) {
        return StageModel.load(
                MODEL,
                new RandomTensors(1, DType.F32),
                LAYERS,
                kernels,
                new Home(LayerHome.host(kernels), inPlace),
                ROOM,
                LoadListener.NONE);
    }

    /// Turns every number of the rows around instead of computing anything.
    private static final class Negating implements JoinedLayers {
        private float[] hidden = new float[0];
        private int runs;
        private boolean closed;

        @Override
        public void run(StepRows rows, Workspace workspace, Visits visits) {
            runs++;
            int count = rows.rowCount() * MODEL.hiddenSize();
            for (int i = 0; i < count; i++) {
                workspace.hidden()[i] = -workspace.hidden()[i];
            }
            hidden = workspace.hidden().clone();
            int[] rowsOfExpert = new int[MODEL.expertCount()];
            rowsOfExpert[0] = MODEL.topK() * rows.rowCount();
            if (runs == 1) {
                visits.visited(0, rows.rowCount(), rowsOfExpert);
                visits.visited(1, rows.rowCount(), rowsOfExpert);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /// In this process, but no dispatch ever arrives.
    private final class Unreachable implements ExpertExchange, LocalExperts {
        @Override
        public Optional<LocalExperts> local() {
            return Optional.of(this);
        }

        @Override
        public ExpertStore store() {
            return bank.store();
        }

        @Override
        public void computed(int layerIndex, int rows, int[] rowsOfExpert) {
            computed.add("layer " + layerIndex + ": " + rows + " rows, " + rowsOfExpert[0] + " of expert 0");
        }

        @Override
        public PendingCombine dispatch(ExpertRows rows, Deadline deadline) {
            throw new ServingException(ErrorCode.WORKER_LOST, "a dispatch");
        }

        @Override
        public void close() {}
    }

    private record Home(LayerHome host, Optional<JoinedLayers> inPlace) implements LayerHome {
        @Override
        public LayerSet load(ModelConfig config, LayerRange layers, StageRoom room, WeightLoader loader) {
            return new Layers(host.load(config, layers, room, loader), inPlace);
        }

        @Override
        public Head loadHead(ModelConfig config, WeightLoader loader) {
            return host.loadHead(config, loader);
        }
    }

    private record Layers(LayerSet host, Optional<JoinedLayers> inPlace) implements LayerSet {
        @Override
        public List<DecoderLayer> layers() {
            return host.layers();
        }

        @Override
        public StatePool newPool(StateLayout layout, StageRoom room) {
            return host.newPool(layout, room);
        }

        @Override
        public Optional<JoinedLayers> joinedTo(ExpertStore experts) {
            return inPlace;
        }

        @Override
        public void close() {
            host.close();
        }
    }
}
