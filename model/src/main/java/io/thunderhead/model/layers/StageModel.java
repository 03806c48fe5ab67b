package io.thunderhead.model.layers;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertStore;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;

/// A range of layers without their experts; with the embedding if it begins the model, with norm and head if it ends
/// it. Weights are its own, packed off-heap, freed by [#close]; the source may be closed after [#load], unless it holds
/// weights that were quantized ahead of time: those are used where they are mapped. The kernels stay the caller's.
///
/// A step: fill the workspace's `hidden` with [#embed] or from the stage before, run every layer, and hand `hidden` on
/// or ask for [#logits].
public final class StageModel implements AutoCloseable {
    private final ModelConfig config;
    private final LayerRange range;
    private final Arena arena;
    private final Optional<Embedding> embedding;
    private final LayerSet layers;
    private final Optional<Head> head;

    StageModel(
            ModelConfig config,
            LayerRange range,
            Arena arena,
            Optional<Embedding> embedding,
            LayerSet layers,
            Optional<Head> head) {
        this.config = config;
        this.range = range;
        this.arena = arena;
        this.embedding = embedding;
        this.layers = layers;
        this.head = head;
    }

    /// Throws CHECKPOINT_INVALID if a tensor is missing or of another shape, and CONFIG_INVALID if the config asks for
    /// what the kernels do not have; nothing stays allocated then.
    public static StageModel load(
            ModelConfig config, TensorSource source, LayerRange layers, Kernels kernels, LoadListener listener) {
        return load(config, source, layers, kernels, LayerHome.host(kernels), new StageRoom(0, 0), listener);
    }

    /// As the other [#load], with layers and head at home elsewhere: only the embedding is then this process's.
    ///
    /// @param room of every pool that [#newPool] makes of them
    public static StageModel load(
            ModelConfig config,
            TensorSource source,
            LayerRange layers,
            Kernels kernels,
            LayerHome home,
            StageRoom room,
            LoadListener listener) {
        if (StateLayout.PAGE_TOKENS % config.blockSize() != 0) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "block_size: expected a divisor of " + StateLayout.PAGE_TOKENS + ", got " + config.blockSize());
        }
        return new StageLoader(config, layers, kernels).load(source, home, room, listener);
    }

    public List<DecoderLayer> layers() {
        return layers.layers();
    }

    /// Memory for so many sequences, all free; one pool at a time.
    public StatePool newPool(StageRoom room) {
        return layers.newPool(new StateLayout(config, range), room);
    }

    /// See [LayerSet#joinedTo].
    public Optional<JoinedLayers> joinedTo(ExpertStore experts) {
        return layers.joinedTo(experts);
    }

    public boolean hasEmbedding() {
        return embedding.isPresent();
    }

    public boolean hasHead() {
        return head.isPresent();
    }

    /// Bytes of packed weights.
    public long byteSize() {
        return layers().stream().mapToLong(DecoderLayer::byteSize).sum()
                + embedding.map(Embedding::byteSize).orElse(0L)
                + head.map(Head::byteSize).orElse(0L);
    }

    /// Row `r` of `hidden [rows, hidden]` becomes the embedding of the step's token `r`.
    public void embed(StepRows rows, float[] hidden) {
        embedding.orElseThrow().embed(rows, hidden);
    }

    /// Logits of some rows of a step.
    ///
    /// @param hidden output of the last layer, `[rows, hidden]`
    /// @param rows which rows, `rows[0..count)`; at most `scratch.rowMax()`
    /// @param logits `[count, vocab]`
    public void logits(float[] hidden, int[] rows, int count, HeadWorkspace scratch, float[] logits) {
        gather(hidden, rows, count, scratch);
        head.orElseThrow().logits(scratch.normed(), count, logits);
    }

    /// Greedy choices without logits, parameters as for [#logits]; see [Head#greedyTokens].
    public boolean greedyTokens(float[] hidden, int[] rows, int count, HeadWorkspace scratch, int[] tokenIds) {
        gather(hidden, rows, count, scratch);
        return head.orElseThrow().greedyTokens(scratch.normed(), count, tokenIds);
    }

    private void gather(float[] hidden, int[] rows, int count, HeadWorkspace scratch) {
        int hiddenSize = config.hiddenSize();
        for (int i = 0; i < count; i++) {
            System.arraycopy(hidden, rows[i] * hiddenSize, scratch.normed(), i * hiddenSize, hiddenSize);
        }
    }

    @Override
    public void close() {
        layers.close();
        head.ifPresent(Head::close);
        arena.close();
    }
}
