package io.thunderhead.tornado;

import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import java.util.List;

/// Small models of any shape.
final class Shapes {
    private Shapes() {}

    /// Two layers, lightning and softmax.
    static ModelConfig model(int heads, int kvHeads, int headDim) {
        return model(List.of(LayerKind.LIGHTNING, LayerKind.SOFTMAX), heads, kvHeads, headDim);
    }

    /// The same with other sizes of rows, outside and inside of experts.
    static ModelConfig withSizes(ModelConfig of, int hidden, int intermediate) {
        return new ModelConfig(
                of.modelType(),
                of.vocabSize(),
                hidden,
                intermediate,
                of.layerKinds(),
                of.headCount(),
                of.kvHeadCount(),
                of.headDim(),
                of.rotaryDim(),
                of.ropeTheta(),
                of.expertCount(),
                of.topK(),
                of.rmsNormEps(),
                of.lightningNormEps(),
                of.blockSize(),
                of.lightningFactors(),
                of.softmaxFactors(),
                of.mlpFactors(),
                of.contextMax(),
                of.tiedEmbeddings(),
                of.endTokenIds());
    }

    static ModelConfig model(List<LayerKind> layers, int heads, int kvHeads, int headDim) {
        return new ModelConfig(
                "minimax_text_01",
                97,
                48,
                40,
                layers,
                heads,
                kvHeads,
                headDim,
                headDim / 2,
                1e7,
                8,
                2,
                1e-5f,
                1e-6f,
                256,
                new ResidualFactors(3.5f, 1f),
                new ResidualFactors(3.5f, 1f),
                new ResidualFactors(3.5f, 1f),
                4096,
                false,
                List.of());
    }
}
