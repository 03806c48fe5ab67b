package io.thunderhead.cluster.testing;

import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import java.util.List;
import java.util.stream.IntStream;

/// Shapes to plan with.
public final class Models {
    private Models() {}

    /// MiniMax-Text-01: 456,089,655,296 parameters.
    public static ModelConfig minimaxText01() {
        return model(200064, 6144, 9216, 80, 64, 8, 128, 32, 10_240_000, false);
    }

    /// Eight layers, the last one softmax.
    public static ModelConfig small() {
        return small(8, 8);
    }

    public static ModelConfig small(int layers, int experts) {
        return model(512, 64, 96, layers, 4, 2, 16, experts, 4096, false);
    }

    public static ModelConfig smallTied() {
        return model(512, 64, 96, 8, 4, 2, 16, 8, 4096, true);
    }

    private static ModelConfig model(
            int vocab,
            int hidden,
            int intermediate,
            int layers,
            int heads,
            int kvHeads,
            int headDim,
            int experts,
            int contextMax,
            boolean tied) {
        float alpha = (float) Math.pow(2.0 * layers, 0.25);
        ResidualFactors factors = new ResidualFactors(alpha, 1);
        List<LayerKind> kinds = IntStream.range(0, layers)
                .mapToObj(layer -> layer % 8 == 7 ? LayerKind.SOFTMAX : LayerKind.LIGHTNING)
                .toList();
        return new ModelConfig(
                "minimax_text_01",
                vocab,
                hidden,
                intermediate,
                kinds,
                heads,
                kvHeads,
                headDim,
                headDim / 2,
                1e7,
                experts,
                2,
                1e-5f,
                1e-6f,
                256,
                factors,
                factors,
                factors,
                contextMax,
                tied,
                List.of());
    }
}
