package io.thunderhead.model.config;

import java.util.List;

/// Shape and constants of a MiniMax-01 text model, independent of the layout of the file it came from.
///
/// @param modelType `minimax_text_01` or `minimax`, as found
/// @param layerKinds one entry a layer, in order
/// @param headDim size of one head; `headCount * headDim` need not equal `hiddenSize`
/// @param rotaryDim leading dimensions of each softmax head that are rotated; even, at most `headDim`
/// @param expertCount experts a layer; `topK` of them see a token
/// @param rmsNormEps of input, post-attention and final norms
/// @param lightningNormEps of the norm inside lightning attention: 1e-6 whatever `rms_norm_eps` says (spec section 5.6)
/// @param blockSize tokens of a lightning block, 256 in every released model
/// @param contextMax `max_position_embeddings`
/// @param endTokenIds from config or generation config; may be empty, then the tokenizer's eos is used
public record ModelConfig(
        String modelType,
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        List<LayerKind> layerKinds,
        int headCount,
        int kvHeadCount,
        int headDim,
        int rotaryDim,
        double ropeTheta,
        int expertCount,
        int topK,
        float rmsNormEps,
        float lightningNormEps,
        int blockSize,
        ResidualFactors lightningFactors,
        ResidualFactors softmaxFactors,
        ResidualFactors mlpFactors,
        int contextMax,
        boolean tiedEmbeddings,
        List<Integer> endTokenIds) {

    public ModelConfig {
        layerKinds = List.copyOf(layerKinds);
        endTokenIds = List.copyOf(endTokenIds);
    }

    public int layerCount() {
        return layerKinds.size();
    }

    /// Width of the concatenated heads, `headCount * headDim`.
    public int attentionSize() {
        return headCount * headDim;
    }

    /// Width of the concatenated key (or value) heads of a softmax layer.
    public int kvSize() {
        return kvHeadCount * headDim;
    }
}
