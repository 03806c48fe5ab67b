package io.thunderhead.model.config;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The config.json of a model in the released layout: what [ModelConfigReader] reads, and what other engines ask for.
public final class ModelConfigWriter {
    private static final JsonMapper JSON = new JsonMapper();

    private ModelConfigWriter() {}

    public static String json(ModelConfig config) {
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add("MiniMaxText01ForCausalLM");
        json.put("model_type", "minimax_text_01");
        json.put("vocab_size", config.vocabSize());
        json.put("hidden_size", config.hiddenSize());
        json.put("intermediate_size", config.intermediateSize());
        json.put("num_hidden_layers", config.layerCount());
        ArrayNode kinds = json.putArray("attn_type_list");
        config.layerKinds().forEach(kind -> kinds.add(kind == LayerKind.SOFTMAX ? 1 : 0));
        json.put("num_attention_heads", config.headCount());
        json.put("num_key_value_heads", config.kvHeadCount());
        json.put("head_dim", config.headDim());
        json.put("rotary_dim", config.rotaryDim());
        json.put("rope_theta", config.ropeTheta());
        json.put("num_local_experts", config.expertCount());
        json.put("num_experts_per_tok", config.topK());
        json.put("rms_norm_eps", shortest(config.rmsNormEps()));
        json.put("block_size", config.blockSize());
        putFactors(json, "layernorm_linear_attention_", config.lightningFactors());
        putFactors(json, "layernorm_full_attention_", config.softmaxFactors());
        putFactors(json, "layernorm_mlp_", config.mlpFactors());
        json.put("max_position_embeddings", config.contextMax());
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        putEndTokens(json, config);
        json.put("hidden_act", "silu");
        json.put("postnorm", true);
        json.put("shared_intermediate_size", 0);
        json.put("torch_dtype", "bfloat16");
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    }

    /// Null where there is none, as the released config has it: then the tokenizer knows.
    private static void putEndTokens(ObjectNode json, ModelConfig config) {
        if (config.endTokenIds().isEmpty()) {
            json.putNull("eos_token_id");
        } else {
            config.endTokenIds().forEach(json.putArray("eos_token_id")::add);
        }
    }

    private static void putFactors(ObjectNode json, String prefix, ResidualFactors factors) {
        json.put(prefix + "alpha", shortest(factors.alpha()));
        json.put(prefix + "beta", shortest(factors.beta()));
    }

    /// The double with the fewest digits that is read back as this float: 1.0E-5, not 9.999999747378752E-6.
    private static double shortest(float value) {
        return Double.parseDouble(Float.toString(value));
    }
}
