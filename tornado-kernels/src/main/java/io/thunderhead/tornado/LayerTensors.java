package io.thunderhead.tornado;

import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorNames;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertId;
import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.WeightLoader;
import java.lang.foreign.Arena;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/// Takes the weights of layers, head and experts out of a loader, packed into the arena: on their way to a device.
record LayerTensors(ModelConfig config, WeightLoader loader, Arena arena) {
    DeviceLayers.Frame frame(int layer) {
        int hidden = config.hiddenSize();
        return new DeviceLayers.Frame(
                vector(TensorNames.inputNorm(layer), hidden),
                vector(TensorNames.postAttentionNorm(layer), hidden),
                loader.precise(arena, TensorNames.router(layer), config.expertCount(), hidden));
    }

    DeviceLightning.Weights lightning(int layer) {
        int hidden = config.hiddenSize();
        int attention = config.attentionSize();
        return new DeviceLightning.Weights(
                layer,
                loader.matrix(arena, TensorNames.qkv(layer), 3 * attention, hidden),
                loader.matrix(arena, TensorNames.outputGate(layer), attention, hidden),
                loader.matrix(arena, TensorNames.lightningOut(layer), hidden, attention),
                vector(TensorNames.lightningNorm(layer), attention));
    }

    DeviceSoftmax.Weights softmax(int layer) {
        int hidden = config.hiddenSize();
        int attention = config.attentionSize();
        return new DeviceSoftmax.Weights(
                loader.matrix(arena, TensorNames.query(layer), attention, hidden),
                loader.matrix(arena, TensorNames.key(layer), config.kvSize(), hidden),
                loader.matrix(arena, TensorNames.value(layer), config.kvSize(), hidden),
                loader.matrix(arena, TensorNames.softmaxOut(layer), hidden, attention));
    }

    FeedForwardWeights expert(ExpertId id) {
        int hidden = config.hiddenSize();
        int intermediate = config.intermediateSize();
        return new FeedForwardWeights(
                loader.matrix(arena, TensorNames.expertGate(id.layerIndex(), id.expert()), intermediate, hidden),
                loader.matrix(arena, TensorNames.expertUp(id.layerIndex(), id.expert()), intermediate, hidden),
                loader.matrix(arena, TensorNames.expertDown(id.layerIndex(), id.expert()), hidden, intermediate));
    }

    DeviceHead head(Target target, int... rowMaxima) {
        String name = ModelTensors.head(config).name();
        return new DeviceHead(
                target,
                config,
                loader.vector(TensorNames.FINAL_NORM, config.hiddenSize()),
                loader.precise(arena, name, config.vocabSize(), config.hiddenSize()),
                rowMaxima);
    }

    private FloatArray vector(String name, int size) {
        return FloatArray.fromArray(loader.vector(name, size));
    }
}
