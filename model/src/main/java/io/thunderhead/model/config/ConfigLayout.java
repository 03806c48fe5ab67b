package io.thunderhead.model.config;

import java.util.Set;

/// The two spellings of config.json: the released one and that of transformers' own class (spec section 1.1).
enum ConfigLayout {
    ORIGINAL("layernorm_linear_attention_", "layernorm_full_attention_", "layernorm_mlp_", ""),
    TRANSFORMERS("linear_attn_", "full_attn_", "mlp_", "_factor");

    static final Set<String> MODEL_TYPES = Set.of("minimax_text_01", "MiniMaxText01", "minimax");

    private final String lightningPrefix;
    private final String softmaxPrefix;
    private final String mlpPrefix;
    private final String factorSuffix;

    ConfigLayout(String lightningPrefix, String softmaxPrefix, String mlpPrefix, String factorSuffix) {
        this.lightningPrefix = lightningPrefix;
        this.softmaxPrefix = softmaxPrefix;
        this.mlpPrefix = mlpPrefix;
        this.factorSuffix = factorSuffix;
    }

    static ConfigLayout of(String modelType) {
        return modelType.equals("minimax") ? TRANSFORMERS : ORIGINAL;
    }

    ResidualFactors lightningFactors(ConfigFields fields) {
        return factors(fields, lightningPrefix);
    }

    ResidualFactors softmaxFactors(ConfigFields fields) {
        return factors(fields, softmaxPrefix);
    }

    ResidualFactors mlpFactors(ConfigFields fields) {
        return factors(fields, mlpPrefix);
    }

    private ResidualFactors factors(ConfigFields fields, String prefix) {
        return new ResidualFactors((float) fields.positive(prefix + "alpha" + factorSuffix, 1), (float)
                fields.positive(prefix + "beta" + factorSuffix, 1));
    }
}
