package io.thunderhead.model.testing;

import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import java.util.List;
import java.util.stream.IntStream;

/// Configs of models with random weights.
public final class ModelConfigs {
    private ModelConfigs() {}

    /// 4 layers with two kinds of attention, and sizes that no vector width or panel divides; top-k as asked for.
    public static ModelConfig odd(int topK) {
        return config(List.of(kind(0), kind(7), kind(0), kind(7)), 70, 37, 6, 2, 20, 5, topK, 131, false);
    }

    /// As [#odd] with top 2, and one matrix for embedding and head.
    public static ModelConfig tied() {
        return config(List.of(kind(0), kind(7), kind(0), kind(7)), 70, 37, 6, 2, 20, 5, 2, 131, true);
    }

    /// The model of the speed baseline: 8 layers, hidden 1024, 16 heads of 64, 2 kv heads, 32 experts of 1024.
    public static ModelConfig baseline() {
        List<LayerKind> kinds =
                IntStream.range(0, 8).mapToObj(ModelConfigs::kind).toList();
        return config(kinds, 1024, 1024, 16, 2, 64, 32, 2, 32_768, false);
    }

    private static LayerKind kind(int layer) {
        return layer % 8 == 7 ? LayerKind.SOFTMAX : LayerKind.LIGHTNING;
    }

    private static ModelConfig config(
            List<LayerKind> kinds,
            int hiddenSize,
            int intermediateSize,
            int headCount,
            int kvHeadCount,
            int headDim,
            int expertCount,
            int topK,
            int vocabSize,
            boolean tiedEmbeddings) {
        ResidualFactors factors = new ResidualFactors((float) Math.pow(2.0 * kinds.size(), 0.25), 1);
        return new ModelConfig(
                "minimax_text_01",
                vocabSize,
                hiddenSize,
                intermediateSize,
                kinds,
                headCount,
                kvHeadCount,
                headDim,
                headDim / 2,
                1e7,
                expertCount,
                topK,
                1e-5f,
                1e-6f,
                256,
                factors,
                factors,
                factors,
                1 << 20,
                tiedEmbeddings,
                List.of());
    }
}
