package io.thunderhead.cli.synth;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ResidualFactors;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// The sizes of a model that is made up; the rest is as released.
///
/// @param pattern kinds of the first layers, repeated for the others: `L` lightning, `S` softmax
/// @param headDim a multiple of 4: half of it is rotated, in pairs
/// @param context most tokens of a sequence
record SynthShape(
        int layers,
        String pattern,
        int hidden,
        int heads,
        int headDim,
        int kvHeads,
        int intermediate,
        int experts,
        int topK,
        int vocabulary,
        int context) {
    private static final String RELEASED_PATTERN = "LLLLLLLS";
    private static final int CONTEXT = 1 << 20;

    private static final SynthShape MID =
            new SynthShape(8, RELEASED_PATTERN, 1024, 16, 64, 2, 1024, 32, 2, 32_768, CONTEXT);

    /// `one-layer-full-size` has one released layer, experts and all, in 11.6 GiB; the released vocabulary would make
    /// it 15.2 without being about layers.
    private static final Map<String, SynthShape> PRESETS = new TreeMap<>(Map.of(
            "mid", MID,
            "mid-softmax", new SynthShape(8, "S", 1024, 16, 64, 2, 1024, 32, 2, 32_768, CONTEXT),
            "one-layer-full-size", new SynthShape(1, "L", 6144, 64, 128, 8, 9216, 32, 2, 32_768, CONTEXT)));

    /// Throws INVALID_REQUEST that names what is wrong.
    SynthShape {
        int smallest = IntStream.of(
                        layers, hidden, heads, headDim, kvHeads, intermediate, experts, topK, vocabulary, context)
                .min()
                .orElseThrow();
        check(smallest > 0, "every size must be positive");
        check(pattern.matches("[LS]+"), "--pattern: expected letters L and S, got '" + pattern + "'");
        check(heads % kvHeads == 0, "--kv-heads: expected a divisor of %d heads, got %d".formatted(heads, kvHeads));
        check(headDim % 4 == 0, "--head-dim: expected a multiple of 4, got " + headDim);
        check(topK <= experts, "--top-k: expected at most %d experts, got %d".formatted(experts, topK));
    }

    static SynthShape preset(String name) {
        SynthShape shape = PRESETS.get(name);
        check(shape != null, "--preset: expected one of " + PRESETS.keySet() + ", got '" + name + "'");
        return shape == null ? MID : shape;
    }

    ModelConfig toConfig() {
        ResidualFactors deepNorm = new ResidualFactors((float) Math.pow(2.0 * layers, 0.25), 1);
        return new ModelConfig(
                "minimax_text_01",
                vocabulary,
                hidden,
                intermediate,
                layerKinds(),
                heads,
                kvHeads,
                headDim,
                headDim / 2,
                1e7,
                experts,
                topK,
                1e-5f,
                1e-6f,
                256,
                deepNorm,
                deepNorm,
                deepNorm,
                context,
                false,
                List.of());
    }

    private List<LayerKind> layerKinds() {
        return IntStream.range(0, layers)
                .mapToObj(layer ->
                        pattern.charAt(layer % pattern.length()) == 'S' ? LayerKind.SOFTMAX : LayerKind.LIGHTNING)
                .toList();
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, message);
        }
    }
}
