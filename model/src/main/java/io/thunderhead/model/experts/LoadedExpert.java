package io.thunderhead.model.experts;

import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.WeightArena;
import io.thunderhead.model.kernels.WeightLoader;
import java.lang.foreign.Arena;

/// One expert's packed weights in memory of their own.
public final class LoadedExpert implements AutoCloseable {
    private final Arena arena;
    private final FeedForwardWeights weights;

    /// Takes its tensors out of the loader.
    public LoadedExpert(ModelConfig config, WeightLoader loader, ExpertId id) {
        this.arena = new WeightArena(loader.packedBytes(ModelTensors.ofExpert(config, id.layerIndex(), id.expert())));
        try {
            this.weights = load(config, loader, id);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private FeedForwardWeights load(ModelConfig config, WeightLoader loader, ExpertId id) {
        int hidden = config.hiddenSize();
        int intermediate = config.intermediateSize();
        int layer = id.layerIndex();
        int expert = id.expert();
        return new FeedForwardWeights(
                loader.matrix(arena, TensorNames.expertGate(layer, expert), intermediate, hidden),
                loader.matrix(arena, TensorNames.expertUp(layer, expert), intermediate, hidden),
                loader.matrix(arena, TensorNames.expertDown(layer, expert), hidden, intermediate));
    }

    public FeedForwardWeights weights() {
        return weights;
    }

    @Override
    public void close() {
        arena.close();
    }
}
