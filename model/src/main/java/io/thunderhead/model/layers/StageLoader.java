package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.checkpoint.TensorSpec;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
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

    StageModel load(TensorSource source, LayerHome home, StageRoom room, LoadListener listener) {
        List<TensorSpec> ofLayers = IntStream.range(layers.first(), layers.end())
                .mapToObj(index -> ModelTensors.ofLayer(config, index))
                .flatMap(List::stream)
                .toList();
        List<TensorSpec> needed = new ArrayList<>(ofEmbedding());
        needed.addAll(ofHead());
        needed.addAll(ofLayers);
        WeightLoader loader = new WeightLoader(source, kernels, needed, listener);
        Arena arena = new WeightArena(loader.packedBytes(ofEmbedding()));
        try {
            return load(loader, arena, home, room);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private StageModel load(WeightLoader loader, Arena arena, LayerHome home, StageRoom room) {
        Optional<Embedding> embedding = beginsModel() ? Optional.of(embedding(loader, arena)) : Optional.empty();
        Optional<Head> head = endsModel() ? Optional.of(home.loadHead(config, loader)) : Optional.empty();
        try {
            LayerSet loaded = home.load(config, layers, room, loader);
            return new StageModel(config, layers, arena, embedding, loaded, head);
        } catch (RuntimeException | Error e) {
            head.ifPresent(Head::close);
            throw e;
        }
    }

    private boolean beginsModel() {
        return layers.first() == 0;
    }

    private boolean endsModel() {
        return layers.end() == config.layerCount();
    }

    private List<TensorSpec> ofEmbedding() {
        return beginsModel() ? List.of(ModelTensors.table(config, TensorNames.EMBEDDING)) : List.of();
    }

    /// Tied embeddings are loaded twice by a stage that begins and ends the model.
    private List<TensorSpec> ofHead() {
        return endsModel() ? List.of(ModelTensors.finalNorm(config), ModelTensors.head(config)) : List.of();
    }

    private Embedding embedding(WeightLoader loader, Arena arena) {
        return new Embedding(
                loader.table(TensorNames.EMBEDDING, config.vocabSize(), config.hiddenSize()), arena, kernels);
    }
}
