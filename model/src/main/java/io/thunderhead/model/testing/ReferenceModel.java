package io.thunderhead.model.testing;

import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.device.ModelSource;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.experts.ExpertWorkspace;
import io.thunderhead.model.experts.RoutedRows;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.layers.DecoderLayer;
import io.thunderhead.model.layers.HeadWorkspace;
import io.thunderhead.model.layers.JoinedLayers;
import io.thunderhead.model.layers.Routing;
import io.thunderhead.model.layers.StageModel;
import io.thunderhead.model.layers.StageRoom;
import io.thunderhead.model.layers.Workspace;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// The whole model in one process, layer by layer with its own experts: what every cluster must reproduce to the bit.
/// One thread.
public final class ReferenceModel implements AutoCloseable {
    private static final int SEQUENCE_MAX = 64;

    private final ModelConfig config;
    private final StageModel stage;
    private final ExpertBank experts;
    private final ExpertWorkspace expertWorkspace;
    private final StatePool pool;
    private final Workspace workspace;
    private final Optional<JoinedLayers> joined;
    private final Map<Integer, int[]> visits = new HashMap<>();

    /// @param tokenMax rows of the largest step
    public ReferenceModel(ModelConfig config, TensorSource source, Kernels kernels, int tokenMax) {
        this(
                new ModelSource(config, source, kernels, Optional.empty()),
                tokenMax,
                new StageRoom(SEQUENCE_MAX, SEQUENCE_MAX * Math.ceilDiv(2 * tokenMax, StateLayout.PAGE_TOKENS)));
    }

    /// As the other, computed by the source's device if it has one.
    public ReferenceModel(ModelSource source, int tokenMax, StageRoom room) {
        this.config = source.config();
        this.stage = source.loadStage(new LayerRange(0, config.layerCount()), room, LoadListener.NONE);
        this.experts = source.newBank();
        this.expertWorkspace = new ExpertWorkspace(config);
        this.pool = stage.newPool(room);
        this.workspace = new Workspace(config, tokenMax);
        experts.load(source.weights(), ExpertBank.ids(ExpertBank.all(config)), LoadListener.NONE);
        this.joined = stage.joinedTo(experts.store());
    }

    public ModelConfig config() {
        return config;
    }

    /// Of what the sequences leave.
    public StateLayout layout() {
        return pool.layout();
    }

    /// A new sequence; the caller releases it.
    public SequenceState newSequence() {
        return pool.acquire();
    }

    /// Buffers of the last step: hidden rows, routing.
    public Workspace workspace() {
        return workspace;
    }

    /// Runs a step through all layers and advances its sequences: on a device that joins them in one go.
    public void run(StepRows rows) {
        if (joined.isEmpty()) {
            run(rows, layer -> {});
            return;
        }
        stage.embed(rows, workspace.hidden());
        joined.get()
                .run(
                        rows,
                        workspace,
                        (layerIndex, count, rowsOfExpert) -> visits.put(layerIndex, rowsOfExpert.clone()));
        rows.advance();
    }

    private int[] visits() {
        int[] rowsOfExpert = new int[config.expertCount()];
        Routing routing = workspace.routing();
        for (int row = 0; row < routing.rowCount(); row++) {
            for (int slot = 0; slot < routing.topK(); slot++) {
                rowsOfExpert[routing.expertId(row, slot)]++;
            }
        }
        return rowsOfExpert;
    }

    /// By layer, how many rows of the last step went to each expert.
    public Map<Integer, int[]> rowsOfExperts() {
        return visits;
    }

    /// Whether layers and experts run in one go.
    public boolean joins() {
        return joined.isPresent();
    }

    /// As [#run], but always layer by layer, and showing the workspace after every one.
    public void run(StepRows rows, Consumer<DecoderLayer> afterLayer) {
        stage.embed(rows, workspace.hidden());
        for (DecoderLayer layer : stage.layers()) {
            layer.attend(rows, workspace);
            visits.put(layer.index(), visits());
            runExperts(layer.index());
            layer.addExperts(rows, workspace);
            afterLayer.accept(layer);
        }
        rows.advance();
    }

    /// Logits `[count, vocab]` of rows `[first, first + count)` of the last step.
    public float[] logits(int first, int count) {
        float[] logits = new float[count * config.vocabSize()];
        int[] rows = IntStream.range(first, first + count).toArray();
        stage.logits(workspace.hidden(), rows, count, new HeadWorkspace(config, count), logits);
        return logits;
    }

    /// As [#logits], but only the tokens with the largest, if the head chooses by itself.
    public Optional<int[]> greedyTokens(int first, int count) {
        int[] tokenIds = new int[count];
        int[] rows = IntStream.range(first, first + count).toArray();
        boolean chosen =
                stage.greedyTokens(workspace.hidden(), rows, count, new HeadWorkspace(config, count), tokenIds);
        return chosen ? Optional.of(tokenIds) : Optional.empty();
    }

    private void runExperts(int layerIndex) {
        MemorySegment out = MemorySegment.ofArray(workspace.expertOutput());
        experts.run(layerIndex, new LocalRows(config, workspace), expertWorkspace, out);
    }

    /// A step's rows with all their experts in this process.
    private record LocalRows(ModelConfig config, MemorySegment hidden, Routing routing) implements RoutedRows {
        LocalRows(ModelConfig config, Workspace workspace) {
            this(config, MemorySegment.ofArray(workspace.expertInput()), workspace.routing());
        }

        @Override
        public int rowCount() {
            return routing.rowCount();
        }

        @Override
        public int hiddenSize() {
            return config.hiddenSize();
        }

        @Override
        public int topK() {
            return routing.topK();
        }

        @Override
        public int sourceRow(int row) {
            return row;
        }

        @Override
        public int expertId(int row, int slot) {
            return routing.expertId(row, slot);
        }

        @Override
        public float weight(int row, int slot) {
            return routing.weight(row, slot);
        }
    }

    @Override
    public void close() {
        joined.ifPresent(JoinedLayers::close);
        pool.close();
        experts.close();
        stage.close();
    }
}
