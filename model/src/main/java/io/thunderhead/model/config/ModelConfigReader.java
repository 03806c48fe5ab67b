package io.thunderhead.model.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads config.json (released and transformers layout, and the text part of MiniMax-VL-01) and, if present,
/// generation_config.json of a checkpoint directory.
///
/// Throws CHECKPOINT_INVALID that lists every problem with file, key, what was expected and what was found.
public final class ModelConfigReader {
    private static final String CONFIG = "config.json";
    private static final String GENERATION_CONFIG = "generation_config.json";

    /// Limits far above any model, so that a damaged number cannot become a huge allocation.
    private static final int SIZE_MAX = 1 << 24;

    private static final int COUNT_MAX = 1024;
    private static final int BLOCK_SIZE_DEFAULT = 256;
    private static final int CONTEXT_MAX_DEFAULT = 131_072;

    /// Default of both classes, and not the value of `rms_norm_eps`.
    private static final float LIGHTNING_NORM_EPS = 1e-6f;

    /// End id of transformers' class when the key is not there at all.
    private static final int END_TOKEN_DEFAULT = 2;

    private final List<CheckpointProblem> problems = new ArrayList<>();

    private ModelConfigReader() {}

    public static ModelConfig read(Path directory) {
        JsonNode config = StrictJson.readObject(directory.resolve(CONFIG));
        Path generation = directory.resolve(GENERATION_CONFIG);
        return read(
                config,
                Files.exists(generation) ? StrictJson.readObject(generation) : JsonNodeFactory.instance.objectNode());
    }

    static ModelConfig read(JsonNode config, JsonNode generationConfig) {
        ModelConfigReader reader = new ModelConfigReader();
        ModelConfig read = reader.config(reader.textFields(config), generationConfig);
        CheckpointProblem.throwIfAny(reader.problems);
        return read;
    }

    /// The object that describes the text model: the whole file, or `text_config` of a vision model.
    private ConfigFields textFields(JsonNode config) {
        ConfigFields whole = new ConfigFields(CONFIG, "", config, problems);
        return whole.has("text_config") ? whole.nested("text_config") : whole;
    }

    private ModelConfig config(ConfigFields fields, JsonNode generationConfig) {
        String modelType = fields.text("model_type", "");
        if (!ConfigLayout.MODEL_TYPES.contains(modelType)) {
            fields.problem("model_type", "one of " + ConfigLayout.MODEL_TYPES, fields.raw("model_type"));
        }
        ConfigLayout layout = ConfigLayout.of(modelType);
        UnsupportedOptions.refuse(fields, layout);

        int vocabSize = fields.size("vocab_size", SIZE_MAX);
        int hiddenSize = fields.size("hidden_size", SIZE_MAX);
        int headCount = fields.size("num_attention_heads", COUNT_MAX);
        int headDim = fields.size("head_dim", SIZE_MAX, Math.max(1, hiddenSize / headCount));
        RotaryReader rotary = RotaryReader.read(fields, headDim);
        ModelConfig config = new ModelConfig(
                modelType,
                vocabSize,
                hiddenSize,
                fields.size("intermediate_size", SIZE_MAX),
                LayerKindsReader.read(fields, layout, fields.size("num_hidden_layers", COUNT_MAX)),
                headCount,
                fields.size("num_key_value_heads", COUNT_MAX),
                headDim,
                rotary.rotaryDim(),
                rotary.theta(),
                fields.size("num_local_experts", COUNT_MAX, 8),
                fields.size("num_experts_per_tok", COUNT_MAX, 2),
                (float) fields.positive("rms_norm_eps", 1e-5),
                LIGHTNING_NORM_EPS,
                fields.size("block_size", SIZE_MAX, fields.size("block", SIZE_MAX, BLOCK_SIZE_DEFAULT)),
                layout.lightningFactors(fields),
                layout.softmaxFactors(fields),
                layout.mlpFactors(fields),
                fields.size("max_position_embeddings", Integer.MAX_VALUE, CONTEXT_MAX_DEFAULT),
                fields.flag("tie_word_embeddings", false),
                endTokenIds(fields, layout, vocabSize, generationConfig));
        checkShape(fields, config);
        return config;
    }

    /// generation_config.json decides if it names any, as it does for `generate`.
    private List<Integer> endTokenIds(ConfigFields fields, ConfigLayout layout, int vocabSize, JsonNode generation) {
        boolean classDefault = layout == ConfigLayout.TRANSFORMERS && !fields.mentions("eos_token_id");
        List<Integer> fallback = classDefault && END_TOKEN_DEFAULT < vocabSize ? List.of(END_TOKEN_DEFAULT) : List.of();
        List<Integer> ofConfig = fields.tokenIds("eos_token_id", vocabSize).orElse(fallback);
        return new ConfigFields(GENERATION_CONFIG, "", generation, problems)
                .tokenIds("eos_token_id", vocabSize)
                .orElse(ofConfig);
    }

    private static void checkShape(ConfigFields fields, ModelConfig config) {
        if (config.headCount() % config.kvHeadCount() != 0) {
            fields.problem(
                    "num_key_value_heads",
                    "a divisor of num_attention_heads " + config.headCount(),
                    String.valueOf(config.kvHeadCount()));
        }
        if (config.topK() > config.expertCount()) {
            fields.problem(
                    "num_experts_per_tok",
                    "at most num_local_experts " + config.expertCount(),
                    String.valueOf(config.topK()));
        }
        long qkvRows = 3L * config.headCount() * config.headDim();
        if (qkvRows > SIZE_MAX) {
            fields.problem("head_dim", "at most " + SIZE_MAX + " rows of qkv_proj", String.valueOf(qkvRows));
        }
    }
}
