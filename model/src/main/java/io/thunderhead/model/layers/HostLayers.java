package io.thunderhead.model.layers;

import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;
import io.thunderhead.model.kernels.WeightArena;
import io.thunderhead.model.kernels.WeightLoader;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;

/// Layers in this process's memory, computed by the CPU; pools of any size.
record HostLayers(Arena arena, List<DecoderLayer> layers) implements LayerSet {
    static HostLayers load(ModelConfig config, LayerRange layers, Kernels kernels, WeightLoader loader) {
        List<Integer> indexes =
                IntStream.range(layers.first(), layers.end()).boxed().toList();
        Arena arena = new WeightArena(loader.packedBytes(indexes.stream()
                .flatMap(index -> ModelTensors.ofLayer(config, index).stream())
                .toList()));
        try {
            Loading loading = new Loading(config, kernels, loader, arena);
            return new HostLayers(
                    arena, indexes.stream().<DecoderLayer>map(loading::layer).toList());
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public StatePool newPool(StateLayout layout, StageRoom room) {
        return new StatePool(layout, room.sequenceSlots(), room.kvPages());
    }

    @Override
    public void close() {
        arena.close();
    }

    private record Loading(ModelConfig config, Kernels kernels, WeightLoader loader, Arena arena) {
        DecoderLayer layer(int index) {
            int hidden = config.hiddenSize();
            float[] inputNorm = loader.vector(TensorNames.inputNorm(index), hidden);
            Attention attention = switch (config.layerKinds().get(index)) {
                case LIGHTNING -> lightning(index);
                case SOFTMAX -> softmax(index);
            };
            float[] postAttentionNorm = loader.vector(TensorNames.postAttentionNorm(index), hidden);
            PackedMatrix router = loader.precise(arena, TensorNames.router(index), config.expertCount(), hidden);
            return new HostLayer(config, index, kernels, attention, inputNorm, postAttentionNorm, router);
        }

        private Attention lightning(int index) {
            int hidden = config.hiddenSize();
            int attention = config.attentionSize();
            LightningAttention.Weights weights = new LightningAttention.Weights(
                    loader.matrix(arena, TensorNames.qkv(index), 3 * attention, hidden),
                    loader.matrix(arena, TensorNames.outputGate(index), attention, hidden),
                    loader.matrix(arena, TensorNames.lightningOut(index), hidden, attention));
            float[] norm = loader.vector(TensorNames.lightningNorm(index), attention);
            return new LightningAttention(config, index, kernels, weights, norm);
        }

        private Attention softmax(int index) {
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
}
