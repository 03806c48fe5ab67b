package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.checkpoint.TensorSpec;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightArena;
import io.thunderhead.model.kernels.WeightLoader;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Loads the tensors of one stage and no others; used once.
final class StageLoader {
    private final ModelConfig config;
    private final LayerRange layers;
    private final Kernels kernels;

    StageLoader(ModelConfig config, LayerRange layers, Kernels kernels) {
        this.config = config;
        this.layers = layers;
        this.kernels = kernels;
    }

    StageModel load(TensorSource source, LoadListener listener) {
        List<TensorSpec> needed = needed();
        WeightLoader loader = new WeightLoader(source, kernels, needed, listener);
        Arena arena = new WeightArena(loader.packedBytes(needed));
        try {
            return load(loader, arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private StageModel load(WeightLoader loader, Arena arena) {
        Optional<Embedding> embedding = beginsModel() ? Optional.of(embedding(loader, arena)) : Optional.empty();
        List<DecoderLayer> loaded = IntStream.range(layers.first(), layers.end())
                .mapToObj(index -> layer(loader, arena, index))
                .toList();
        Optional<Head> head = endsModel() ? Optional.of(head(loader, arena)) : Optional.empty();
        return new StageModel(config, kernels, arena, embedding, loaded, head);
    }

    private boolean beginsModel() {
        return layers.first() == 0;
    }

    private boolean endsModel() {
        return layers.end() == config.layerCount();
    }

    private String headName() {
        return config.tiedEmbeddings() ? TensorNames.EMBEDDING : TensorNames.HEAD;
    }

    /// Tied embeddings are loaded twice by a stage that begins and ends the model.
    private List<TensorSpec> needed() {
        List<TensorSpec> needed = new ArrayList<>();
        if (beginsModel()) {
            needed.add(ModelTensors.table(config, TensorNames.EMBEDDING));
        }
        if (endsModel()) {
            needed.add(ModelTensors.finalNorm(config));
            needed.add(ModelTensors.table(config, headName()));
        }
        for (int index = layers.first(); index < layers.end(); index++) {
            needed.addAll(ModelTensors.ofLayer(config, index));
        }
        return needed;
    }

    private Embedding embedding(WeightLoader loader, Arena arena) {
        return new Embedding(loader.table(TensorNames.EMBEDDING, config.vocabSize(), config.hiddenSize()), arena);
    }

    private Head head(WeightLoader loader, Arena arena) {
        return new Head(
                loader.vector(TensorNames.FINAL_NORM, config.hiddenSize()),
                loader.precise(arena, headName(), config.vocabSize(), config.hiddenSize()));
    }

    private DecoderLayer layer(WeightLoader loader, Arena arena, int index) {
        int hidden = config.hiddenSize();
        float[] inputNorm = loader.vector(TensorNames.inputNorm(index), hidden);
        Attention attention = switch (config.layerKinds().get(index)) {
            case LIGHTNING -> lightning(loader, arena, index);
            case SOFTMAX -> softmax(loader, arena, index);
        };
        float[] postAttentionNorm = loader.vector(TensorNames.postAttentionNorm(index), hidden);
        PackedMatrix router = loader.precise(arena, TensorNames.router(index), config.expertCount(), hidden);
        return new DecoderLayer(config, index, kernels, attention, inputNorm, postAttentionNorm, router);
    }

    private Attention lightning(WeightLoader loader, Arena arena, int index) {
        int hidden = config.hiddenSize();
        int attention = config.attentionSize();
        LightningAttention.Weights weights = new LightningAttention.Weights(
                loader.matrix(arena, TensorNames.qkv(index), 3 * attention, hidden),
                loader.matrix(arena, TensorNames.outputGate(index), attention, hidden),
                loader.matrix(arena, TensorNames.lightningOut(index), hidden, attention));
        float[] norm = loader.vector(TensorNames.lightningNorm(index), attention);
        return new LightningAttention(config, index, kernels, weights, norm);
    }

    private Attention softmax(WeightLoader loader, Arena arena, int index) {
        int hidden = config.hiddenSize();
        int attention = config.attentionSize();
        SoftmaxAttention.Weights weights = new SoftmaxAttention.Weights(
                loader.matrix(arena, TensorNames.query(index), attention, hidden),
                loader.matrix(arena, TensorNames.key(index), config.kvSize(), hidden),
                loader.matrix(arena, TensorNames.value(index), config.kvSize(), hidden),
                loader.matrix(arena, TensorNames.softmaxOut(index), hidden, attention));
        return new SoftmaxAttention(config, index, kernels, weights);
    }
}
