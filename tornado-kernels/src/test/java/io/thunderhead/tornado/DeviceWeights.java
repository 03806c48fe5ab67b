package io.thunderhead.tornado;

import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.checkpoint.TensorSource;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertId;
import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.WeightLoader;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;

/// Puts parts of a model on the default device.
final class DeviceWeights {
    private final ModelConfig config;
    private final LayerTensors tensors;

    DeviceWeights(ModelConfig config, TensorSource source, Kernels kernels, Arena arena) {
        this.config = config;
        this.tensors = new LayerTensors(config, new WeightLoader(source, kernels, List.of(), LoadListener.NONE), arena);
    }

    /// @param layers of that kind
    /// @param places slots of sequences, or pages
    DeviceLayers layers(LayerKind kind, List<Integer> layers, int places, int... rowMaxima) {
        DeviceAttention attention = switch (kind) {
            case LIGHTNING ->
                new DeviceLightning(
                        config, layers.stream().map(tensors::lightning).toList(), places);
            case SOFTMAX ->
                new DeviceSoftmax(
                        DeviceRun.target(),
                        config,
                        layers.stream().map(tensors::softmax).toList(),
                        places);
        };
        List<DeviceLayers.Frame> frames = layers.stream().map(tensors::frame).toList();
        return new DeviceLayers(DeviceRun.target(), config, attention, config.lightningFactors(), frames, rowMaxima);
    }

    /// All experts of a layer.
    DeviceExperts experts(int layer, int... rowMaxima) {
        List<FeedForwardWeights> experts = IntStream.range(0, config.expertCount())
                .mapToObj(expert -> tensors.expert(new ExpertId(layer, expert)))
                .toList();
        return new DeviceExperts(DeviceRun.target(), experts, rowMaxima);
    }
}
