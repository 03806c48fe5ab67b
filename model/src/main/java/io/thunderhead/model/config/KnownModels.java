package io.thunderhead.model.config;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Configs of the released models, for planning without a checkpoint at hand.
public final class KnownModels {
    private static final int LAYERS = 80;
    /// (2 * layers)^(1/4), DeepNorm's factor.
    private static final float ALPHA = 3.5565588f;

    private static final Map<String, ModelConfig> BY_NAME =
            Map.of("minimax-text-01", released(10_240_000), "minimax-vl-01", released(8192));

    private KnownModels() {}

    /// By the last part of the released name, in any case: `MiniMaxAI/MiniMax-Text-01` is `minimax-text-01`. Of a
    /// vision model it is the text part.
    public static Optional<ModelConfig> byName(String name) {
        String shortName = name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(BY_NAME.get(shortName));
    }

    public static List<String> names() {
        return BY_NAME.keySet().stream().sorted().toList();
    }

    private static ModelConfig released(int contextMax) {
        ResidualFactors factors = new ResidualFactors(ALPHA, 1);
        return new ModelConfig(
                "minimax_text_01",
                200_064,
                6144,
                9216,
                sevenLightningThenOneSoftmax(),
                64,
                8,
                128,
                64,
                1e7,
                32,
                2,
                1e-5f,
                1e-6f,
                256,
                factors,
                factors,
                factors,
                contextMax,
                false,
                List.of());
    }

    private static List<LayerKind> sevenLightningThenOneSoftmax() {
        List<LayerKind> period = Stream.concat(
                        Collections.nCopies(7, LayerKind.LIGHTNING).stream(), Stream.of(LayerKind.SOFTMAX))
                .toList();
        return Collections.nCopies(LAYERS / period.size(), period).stream()
                .flatMap(List::stream)
                .toList();
    }
}
