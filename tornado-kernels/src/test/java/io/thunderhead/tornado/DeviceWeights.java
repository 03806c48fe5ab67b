package io.thunderhead.tornado;

import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.WeightLoader;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/// Puts parts of a model on the default device.
final class DeviceWeights {
    private final ModelConfig config;
    private final WeightLoader loader;
    private final Arena arena;

    DeviceWeights(ModelConfig config, TensorSource source, Kernels kernels, Arena arena) {
        this.config = config;
        this.loader = new WeightLoader(source, kernels, List.of(), (loaded, total) -> {});
        this.arena = arena;
    }

    /// @param layers of that kind
    /// @param places slots of sequences, or pages
    DeviceLayers layers(LayerKind kind, List<Integer> layers, int places, int... rowMaxima) {
        DeviceAttention attention = switch (kind) {
            case LIGHTNING ->
                new DeviceLightning(config, layers.stream().map(this::lightning).toList(), places);
            case SOFTMAX ->
                new DeviceSoftmax(config, layers.stream().map(this::softmax).toList(), places);
        };
        List<DeviceLayers.Frame> frames = layers.stream().map(this::frame).toList();
        return new DeviceLayers(config, attention, config.lightningFactors(), frames, rowMaxima);
    }

    private FloatArray vector(String name, int size) {
        return FloatArray.fromArray(loader.vector(name, size));
    }

    private DeviceLayers.Frame frame(int layer) {
        int hidden = config.hiddenSize();
        return new DeviceLayers.Frame(
                vector(TensorNames.inputNorm(layer), hidden),
                vector(TensorNames.postAttentionNorm(layer), hidden),
                loader.precise(arena, TensorNames.router(layer), config.expertCount(), hidden));
    }

    private DeviceLightning.Weights lightning(int layer) {
        int hidden = config.hiddenSize();
        int size = config.attentionSize();
        return new DeviceLightning.Weights(
                layer,
                loader.matrix(arena, TensorNames.qkv(layer), 3 * size, hidden),
                loader.matrix(arena, TensorNames.outputGate(layer), size, hidden),
                loader.matrix(arena, TensorNames.lightningOut(layer), hidden, size),
                vector(TensorNames.lightningNorm(layer), size));
    }

    private DeviceSoftmax.Weights softmax(int layer) {
        int hidden = config.hiddenSize();
        return new DeviceSoftmax.Weights(
                loader.matrix(arena, TensorNames.query(layer), config.attentionSize(), hidden),
                loader.matrix(arena, TensorNames.key(layer), config.kvSize(), hidden),
                loader.matrix(arena, TensorNames.value(layer), config.kvSize(), hidden),
                loader.matrix(arena, TensorNames.softmaxOut(layer), hidden, config.attentionSize()));
    }

    /// All experts of a layer.
    DeviceExperts experts(int layer, int... rowMaxima) {
        List<FeedForwardWeights> experts = IntStream.range(0, config.expertCount())
                .mapToObj(expert -> expert(layer, expert))
                .toList();
        return new DeviceExperts(experts, rowMaxima);
    }

    private FeedForwardWeights expert(int layer, int expert) {
        int hidden = config.hiddenSize();
        int intermediate = config.intermediateSize();
        return new FeedForwardWeights(
                loader.matrix(arena, TensorNames.expertGate(layer, expert), intermediate, hidden),
                loader.matrix(arena, TensorNames.expertUp(layer, expert), intermediate, hidden),
                loader.matrix(arena, TensorNames.expertDown(layer, expert), hidden, intermediate));
    }
}
