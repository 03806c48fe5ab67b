package io.thunderhead.cluster.placement;

import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import java.util.stream.IntStream;

/// What every part of a model takes in memory, in bytes, from its shapes alone.
public record MemoryModel(ModelConfig model, WeightStorage storage, KvType kvType) {
    /// Tokens of one KV page.
    public static final int PAGE_TOKENS = 256;

    /// Of the checkpoint, however it is stored in memory.
    public static long parameterCount(ModelConfig model) {
        return new MemoryModel(model, WeightStorage.BF16, KvType.BF16).totalWeightBytes() / Short.BYTES;
    }

    public long embeddingBytes() {
        return storage.plain((long) model.vocabSize() * model.hiddenSize());
    }

    /// Final norm and head; a tied head is the embedding's matrix and costs only where the embedding is not.
    public long headBytes() {
        return finalNormBytes() + embeddingBytes();
    }

    private long finalNormBytes() {
        return storage.plain(model.hiddenSize());
    }

    /// One layer without its experts: attention, router, two norms.
    public long layerBytes(int layerIndex) {
        return attentionBytes(model.layerKinds().get(layerIndex)) + routerBytes() + 2 * finalNormBytes();
    }

    public long attentionBytes(LayerKind kind) {
        long hidden = model.hiddenSize();
        long attention = model.attentionSize();
        return switch (kind) {
            // qkv, output gate, norm of the concatenated heads, out
            case LIGHTNING ->
                storage.matrix(3 * attention, hidden)
                        + storage.matrix(attention, hidden)
                        + storage.plain(attention)
                        + storage.matrix(hidden, attention);
            // q, k and v, o
            case SOFTMAX ->
                storage.matrix(attention, hidden)
                        + 2 * storage.matrix(model.kvSize(), hidden)
                        + storage.matrix(hidden, attention);
        };
    }

    public long routerBytes() {
        return storage.plain((long) model.expertCount() * model.hiddenSize());
    }

    /// One expert of one layer: gate, up, down.
    public long expertBytes() {
        return 2 * storage.matrix(model.intermediateSize(), model.hiddenSize())
                + storage.matrix(model.hiddenSize(), model.intermediateSize());
    }

    public int totalExperts() {
        return model.layerCount() * model.expertCount();
    }

    /// Weights of a stage: its layers without experts, the embedding on the first, final norm and head on the last.
    public long stageWeightBytes(LayerRange layers) {
        boolean first = layers.first() == 0;
        long bytes = first ? embeddingBytes() : 0;
        if (layers.end() == model.layerCount()) {
            bytes += first && model.tiedEmbeddings() ? finalNormBytes() : headBytes();
        }
        return bytes + indexes(layers).mapToLong(this::layerBytes).sum();
    }

    public long totalWeightBytes() {
        return stageWeightBytes(new LayerRange(0, model.layerCount())) + totalExperts() * expertBytes();
    }

    /// Lightning state of one sequence in one layer: float32 `[heads, headDim, headDim]`.
    public long lightningStateBytes() {
        return (long) model.attentionSize() * model.headDim() * Float.BYTES;
    }

    /// Lightning state of one sequence over the layers of a stage.
    public long stateBytes(LayerRange layers) {
        return count(layers, LayerKind.LIGHTNING) * lightningStateBytes();
    }

    /// Keys and values of one token in one softmax layer.
    public long kvTokenBytes() {
        return 2L * model.kvSize() * kvType.bytes();
    }

    /// One page over all softmax layers of a stage; 0 if it has none.
    public long pageBytes(LayerRange layers) {
        return count(layers, LayerKind.SOFTMAX) * kvTokenBytes() * PAGE_TOKENS;
    }

    /// Activations of an attention worker in float32: residual, normalised, attention and router rows of a batch, the
    /// dispatched and combined rows, and the logits of the sequences that sample.
    public long attentionWorkBytes(int batchTokens, int sequences) {
        long row = 4L * model.hiddenSize()
                + 5L * model.attentionSize()
                + 2L * model.kvSize()
                + model.expertCount()
                + 2L * model.topK() * model.hiddenSize();
        return Float.BYTES * (batchTokens * row + (long) sequences * model.vocabSize());
    }

    /// Activations of an expert worker in float32, were every row of a batch to come to it.
    public long expertWorkBytes(int batchTokens) {
        long row = 2L * model.hiddenSize() + 2L * model.intermediateSize();
        return (long) Float.BYTES * batchTokens * model.topK() * row;
    }

    private long count(LayerRange layers, LayerKind kind) {
        return indexes(layers).filter(i -> model.layerKinds().get(i) == kind).count();
    }

    private static IntStream indexes(LayerRange layers) {
        return IntStream.range(layers.first(), layers.end());
    }
}
