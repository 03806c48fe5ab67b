package io.thunderhead.cli.bench;

import io.thunderhead.cluster.placement.KvType;
import io.thunderhead.cluster.placement.MemoryModel;
import io.thunderhead.cluster.placement.WeightStorage;
import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorSpec;
import io.thunderhead.model.config.ModelConfig;
import java.util.List;
import java.util.stream.IntStream;

/// What a model's arithmetic demands of a machine, from its shapes alone: the weights that a decode step reads and the
/// multiply-adds (two operations each) of a prompt. Experts count as if rows visited them evenly.
record ModelWork(ModelConfig model, WeightStorage storage) {

    /// Bytes of weights that a step reads which decodes one token of each of `batch` sequences: all but the embedding
    /// and the experts that no row visits.
    double decodeBytes(int batch) {
        MemoryModel memory = new MemoryModel(model, storage, KvType.FLOAT32);
        double missed = Math.pow(1 - (double) model.topK() / model.expertCount(), batch);
        double experts = model.layerCount() * model.expertCount() * (1 - missed) * memory.expertBytes();
        double others = layers().mapToDouble(memory::layerBytes).sum() + memory.headBytes();
        return experts + others;
    }

    /// Of the same step. Attention over the past is left out: it is what grows with the context.
    double decodeFlops(int batch) {
        long head = (long) model.vocabSize() * model.hiddenSize();
        return 2.0 * batch * (weightsPerRow() + head);
    }

    /// Of a whole prompt; logits of its last token only.
    double prefillFlops(int tokens) {
        double attention = layers().mapToDouble(
                        layer -> switch (model.layerKinds().get(layer)) {
                            case LIGHTNING -> lightningFlops(tokens);
                            case SOFTMAX -> softmaxFlops(tokens);
                        })
                .sum();
        return 2.0 * tokens * weightsPerRow() + attention;
    }

    /// Matrix weights that one row is multiplied with, head left out.
    private double weightsPerRow() {
        long experts = model.topK() * ModelTensors.expertParameterCount(model);
        return layers().mapToDouble(layer -> matrixWeights(ModelTensors.ofLayer(model, layer)) + experts)
                .sum();
    }

    private static double matrixWeights(List<TensorSpec> tensors) {
        return tensors.stream()
                .filter(tensor -> tensor.shape().size() == 2)
                .mapToDouble(TensorSpec::elementCount)
                .sum();
    }

    /// Inside a block every token meets half of it on average; then the state is read, and added to.
    private double lightningFlops(int tokens) {
        double met = (Math.min(tokens, model.blockSize()) + 1) / 2.0;
        return 2.0 * tokens * model.attentionSize() * (2 * met + 2 * model.headDim());
    }

    private double softmaxFlops(int tokens) {
        return 2.0 * tokens * model.attentionSize() * (tokens + 1.0);
    }

    private IntStream layers() {
        return IntStream.range(0, model.layerCount());
    }
}
