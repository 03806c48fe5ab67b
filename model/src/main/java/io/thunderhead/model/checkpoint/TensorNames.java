package io.thunderhead.model.checkpoint;

/// Names of the released checkpoint's tensors by the role they play. Weights are `[out, in]`, row-major.
public final class TensorNames {
    /// `[vocab, hidden]`
    public static final String EMBEDDING = "model.embed_tokens.weight";
    /// `[hidden]`
    public static final String FINAL_NORM = "model.norm.weight";
    /// `[vocab, hidden]`; absent when embeddings are tied
    public static final String HEAD = "lm_head.weight";

    private static final String ROUTER = "block_sparse_moe.gate.weight";

    private TensorNames() {}

    /// `[hidden]`
    public static String inputNorm(int layer) {
        return layer(layer) + "input_layernorm.weight";
    }

    /// `[hidden]`
    public static String postAttentionNorm(int layer) {
        return layer(layer) + "post_attention_layernorm.weight";
    }

    /// Lightning: `[3 * attention, hidden]`, rows grouped a head: its q, then its k, then its v.
    public static String qkv(int layer) {
        return attention(layer) + "qkv_proj.weight";
    }

    /// Lightning: `[attention, hidden]`
    public static String outputGate(int layer) {
        return attention(layer) + "output_gate.weight";
    }

    /// Lightning: `[attention]`
    public static String lightningNorm(int layer) {
        return attention(layer) + "norm.weight";
    }

    /// Lightning: `[hidden, attention]`
    public static String lightningOut(int layer) {
        return attention(layer) + "out_proj.weight";
    }

    /// Softmax: `[attention, hidden]`
    public static String query(int layer) {
        return attention(layer) + "q_proj.weight";
    }

    /// Softmax: `[kv, hidden]`
    public static String key(int layer) {
        return attention(layer) + "k_proj.weight";
    }

    /// Softmax: `[kv, hidden]`
    public static String value(int layer) {
        return attention(layer) + "v_proj.weight";
    }

    /// Softmax: `[hidden, attention]`
    public static String softmaxOut(int layer) {
        return attention(layer) + "o_proj.weight";
    }

    /// `[experts, hidden]`
    public static String router(int layer) {
        return layer(layer) + ROUTER;
    }

    static boolean isRouter(String name) {
        return name.endsWith(ROUTER);
    }

    /// `[intermediate, hidden]`: the half under SiLU
    public static String expertGate(int layer, int expert) {
        return expert(layer, expert) + "w1.weight";
    }

    /// `[intermediate, hidden]`
    public static String expertUp(int layer, int expert) {
        return expert(layer, expert) + "w3.weight";
    }

    /// `[hidden, intermediate]`
    public static String expertDown(int layer, int expert) {
        return expert(layer, expert) + "w2.weight";
    }

    private static String layer(int layer) {
        return "model.layers." + layer + ".";
    }

    private static String attention(int layer) {
        return layer(layer) + "self_attn.";
    }

    private static String expert(int layer, int expert) {
        return layer(layer) + "block_sparse_moe.experts." + expert + ".";
    }
}
