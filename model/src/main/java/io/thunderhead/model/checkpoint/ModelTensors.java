package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Every tensor that a model of a given config is made of, in the order in which a request meets them.
public final class ModelTensors {
    private ModelTensors() {}

    public static List<TensorSpec> of(ModelConfig config) {
        List<TensorSpec> all = new ArrayList<>();
        all.add(table(config, TensorNames.EMBEDDING));
        for (int layer = 0; layer < config.layerCount(); layer++) {
            all.addAll(ofLayer(config, layer));
            for (int expert = 0; expert < config.expertCount(); expert++) {
                all.addAll(ofExpert(config, layer, expert));
            }
        }
        all.add(finalNorm(config));
        if (!config.tiedEmbeddings()) {
            all.add(table(config, TensorNames.HEAD));
        }
        return all;
    }

    /// The embedding or the head, which have one shape.
    public static TensorSpec table(ModelConfig config, String name) {
        return TensorSpec.of(name, config.vocabSize(), config.hiddenSize());
    }

    /// What rows are multiplied by at the end: of tied embeddings the embedding itself.
    public static TensorSpec head(ModelConfig config) {
        return table(config, config.tiedEmbeddings() ? TensorNames.EMBEDDING : TensorNames.HEAD);
    }

    public static TensorSpec finalNorm(ModelConfig config) {
        return TensorSpec.of(TensorNames.FINAL_NORM, config.hiddenSize());
    }

    /// One layer's tensors without its experts.
    public static List<TensorSpec> ofLayer(ModelConfig config, int layer) {
        int hidden = config.hiddenSize();
        Stream<TensorSpec> norms = Stream.of(
                TensorSpec.of(TensorNames.inputNorm(layer), hidden),
                TensorSpec.of(TensorNames.postAttentionNorm(layer), hidden));
        Stream<TensorSpec> attention = switch (config.layerKinds().get(layer)) {
            case LayerKind.LIGHTNING -> lightning(config, layer);
            case LayerKind.SOFTMAX -> softmax(config, layer);
        };
        Stream<TensorSpec> router = Stream.of(TensorSpec.of(TensorNames.router(layer), config.expertCount(), hidden));
        return Stream.of(norms, attention, router).flatMap(part -> part).toList();
    }

    public static List<TensorSpec> ofExpert(ModelConfig config, int layer, int expert) {
        int hidden = config.hiddenSize();
        int intermediate = config.intermediateSize();
        return List.of(
                TensorSpec.of(TensorNames.expertGate(layer, expert), intermediate, hidden),
                TensorSpec.of(TensorNames.expertUp(layer, expert), intermediate, hidden),
                TensorSpec.of(TensorNames.expertDown(layer, expert), hidden, intermediate));
    }

    /// Whether a tensor of these is a matrix of attention or of an expert, which int8 quantizes.
    public static boolean isQuantizable(TensorSpec tensor) {
        String name = tensor.name();
        boolean table = name.equals(TensorNames.EMBEDDING) || name.equals(TensorNames.HEAD);
        return tensor.shape().size() == 2 && !table && !TensorNames.isRouter(name);
    }

    /// Parameters of the whole model, by arithmetic.
    public static long parameterCount(ModelConfig config) {
        long embeddings = (long) config.vocabSize() * config.hiddenSize() * (config.tiedEmbeddings() ? 1 : 2);
        long layers = IntStream.range(0, config.layerCount())
                .mapToLong(layer -> layerParameterCount(config, layer))
                .sum();
        return embeddings + config.hiddenSize() + layers;
    }

    /// Parameters of one layer with all its experts.
    public static long layerParameterCount(ModelConfig config, int layer) {
        return sum(ofLayer(config, layer)) + config.expertCount() * expertParameterCount(config);
    }

    public static long expertParameterCount(ModelConfig config) {
        return sum(ofExpert(config, 0, 0));
    }

    private static Stream<TensorSpec> lightning(ModelConfig config, int layer) {
        int hidden = config.hiddenSize();
        int attention = config.attentionSize();
        return Stream.of(
                TensorSpec.of(TensorNames.qkv(layer), 3 * attention, hidden),
                TensorSpec.of(TensorNames.outputGate(layer), attention, hidden),
                TensorSpec.of(TensorNames.lightningNorm(layer), attention),
                TensorSpec.of(TensorNames.lightningOut(layer), hidden, attention));
    }

    private static Stream<TensorSpec> softmax(ModelConfig config, int layer) {
        int hidden = config.hiddenSize();
        return Stream.of(
                TensorSpec.of(TensorNames.query(layer), config.attentionSize(), hidden),
                TensorSpec.of(TensorNames.key(layer), config.kvSize(), hidden),
                TensorSpec.of(TensorNames.value(layer), config.kvSize(), hidden),
                TensorSpec.of(TensorNames.softmaxOut(layer), hidden, config.attentionSize()));
    }

    private static long sum(List<TensorSpec> tensors) {
        return tensors.stream().mapToLong(TensorSpec::elementCount).sum();
    }
}
